import { LONGEST_MODULE, runTool } from "@imagespec/core/builder";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { LayerSource } from "../layer/layer-source.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { bytecodeLayer } from "./bytecode-layer.ts";

let over: AbortController;
const ended: Promise<unknown>[] = [];
beforeEach(() => {
  over = new AbortController();
});
afterEach(async () => {
  over.abort();
  await Promise.all(ended);
});

const SITE = "opt/venv/lib/python3.11/site-packages";

/** The files of the layer with the bytecode of these entries. */
async function bytecodeOf(entries: TarEntry[]) {
  const { stdout } = await runTool("python3", ["-c", "import sys; print(sys.executable)"]);
  const modules: LayerSource = { key: { modules: 1 }, title: "modules", entries: () => entries };
  const compiler = { path: async () => stdout.trim(), version: "3.11.0" };
  const session = {
    signal: over.signal,
    track: (work: Promise<unknown>) => void ended.push(work),
    once: <T>(_name: string, start: () => Promise<T>) => start(),
  };
  const layer = bytecodeLayer(modules, { prefix: "opt/venv", site: SITE }, compiler, session);
  const found = new Map<string, Buffer | undefined>();
  for await (const entry of layer.entries(over.signal)) {
    const path = entry.path.replace(/\.cpython-\d+/, "");
    found.set(path, entry.type === "file" ? Buffer.from(entry.content as Uint8Array) : undefined);
  }
  const files = new Map([...found].filter((one): one is [string, Buffer] => one[1] !== undefined));
  return { files, folders: [...found.keys()].filter((path) => !files.has(path)) };
}

it("holds checked-hash bytecode of the modules in site-packages, in their order", async () => {
  const { files, folders } = await bytecodeOf([
    textFile(`${SITE}/package/b.py`, "y = 2\n"),
    textFile(`${SITE}/a.py`, "x = 1\n"),
    textFile(`${SITE}/broken.py`, "def (:\n"),
    textFile(`${SITE}/data.txt`, ""),
    textFile("opt/venv/bin/script.py", "z = 3\n"),
  ]);
  expect([...files.keys()]).toEqual([`${SITE}/package/__pycache__/b.pyc`, `${SITE}/__pycache__/a.pyc`]);
  for (const content of files.values()) expect(content.readUInt32LE(4)).toBe(3);
  expect(files.get(`${SITE}/package/__pycache__/b.pyc`)?.includes(`/${SITE}/package/b.py`)).toBe(true);
  // All folders of the environment, so that their owner does not depend on who unpacks the layer.
  expect(folders).toContain("opt/venv");
});

it("compiles hard links by their own paths, and neither symbolic links nor what is too long", async () => {
  const at = { uid: 0, gid: 0 };
  const read = () => {
    throw new Error("read");
  };
  const { files } = await bytecodeOf([
    textFile(`${SITE}/a.py`, "def f(): pass\n"),
    { type: "hardlink", path: `${SITE}/b.py`, link: `${SITE}/a.py`, ...at },
    { type: "symlink", path: `${SITE}/c.py`, link: "a.py", ...at },
    { type: "file", path: `${SITE}/long.py`, size: LONGEST_MODULE + 1, mode: 0o644, content: read, ...at },
  ]);
  expect([...files.keys()]).toEqual([`${SITE}/__pycache__/a.pyc`, `${SITE}/__pycache__/b.pyc`]);
  expect(files.get(`${SITE}/__pycache__/b.pyc`)?.includes(`/${SITE}/b.py`)).toBe(true);
});

it("gives the modules of a large layer in their order", async () => {
  const names = Array.from({ length: 400 }, (_, at) => `m${(at * 7919) % 400}`);
  const long = "VALUE = 1\n".repeat(3000);
  const { files } = await bytecodeOf(names.map((name, at) => textFile(`${SITE}/${name}.py`, at % 9 === 0 ? long : "")));
  expect([...files.keys()]).toEqual(names.map((name) => `${SITE}/__pycache__/${name}.pyc`));
});
