import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { textFile } from "../layer/tar-entry.ts";
import { bytecodeLayer } from "./bytecode-layer.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bytecode-layer-"));
});
afterEach(() => rm(root, { recursive: true }));

const SITE = "opt/venv/lib/python3.11/site-packages";

it("holds checked-hash bytecode of the modules in site-packages, and leaves nothing behind", async () => {
  const cache = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await cache.open();
  const { stdout } = await runTool("python3", ["-c", "import sys; print(sys.executable)"]);
  const modules: LayerSource = {
    key: { modules: 1 },
    title: "modules",
    entries: () => [
      textFile(`${SITE}/a.py`, "x = 1\n"),
      textFile(`${SITE}/package/b.py`, "y = 2\n"),
      textFile(`${SITE}/broken.py`, "def (:\n"),
      textFile(`${SITE}/data.txt`, ""),
      textFile("opt/venv/bin/script.py", "z = 3\n"),
    ],
  };
  const compiler = { path: async () => stdout.trim(), version: "3.11.0" };
  const session = { cache, warn: () => undefined };
  const layer = bytecodeLayer(modules, { prefix: "opt/venv", site: SITE }, compiler, session);
  const found = new Map<string, Buffer | undefined>();
  for await (const entry of layer.entries(new AbortController().signal)) {
    found.set(entry.path, entry.type === "file" ? Buffer.from(entry.content as Uint8Array) : undefined);
  }
  const files = [...found].filter(([, content]) => content !== undefined);
  expect(files.map(([path]) => path.replace(/\.cpython-\d+/, ""))).toEqual([
    `${SITE}/__pycache__/a.pyc`,
    `${SITE}/package/__pycache__/b.pyc`,
  ]);
  for (const [, content] of files) {
    expect(content?.readUInt32LE(4)).toBe(3);
    expect(content?.includes(root)).toBe(false);
  }
  expect(files[1]?.[1]?.includes(`/${SITE}/package/b.py`)).toBe(true);
  // All folders of the environment, so that their owner does not depend on who unpacks the layer.
  expect(found.has("opt/venv")).toBe(true);
  expect(await readdir(cache.path("tmp"))).toEqual([]);
});
