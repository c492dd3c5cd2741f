import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LONGEST_MODULE } from "@imagespec/core/builder";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BaseEnvironment } from "../base/base-inspector.ts";
import { inspectedBase, tarOf } from "../base/fixtures/inspected-base.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { type TarEntry, textFile, whiteout } from "../layer/tar-entry.ts";
import { baseBytecode, holdsBytecode } from "./base-bytecode.ts";

const SITE = "opt/venv/lib/python3.11/site-packages";
const VENV: BaseEnvironment = {
  kind: "venv",
  prefix: "/opt/venv",
  python: { path: "/usr/bin/python3.11", minor: "3.11", version: "3.11.2" },
  distributions: [],
};
const { signal } = new AbortController();

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "base-modules-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Bytecode whose head has these flags: 0 for times, 1 for a hash that nobody checks, 3 for one that is checked. */
const bytecode = (path: string, flags: number) =>
  textFile(`${SITE}/${path}`, Buffer.of(167, 13, 13, 10, flags, 0, 0, 0));
const module = (path: string) => textFile(`${SITE}/${path}`, `# ${path}\n`);

async function look(gone: string[], ...layers: TarEntry[][]) {
  const inspector = await inspectedBase(root, ...(await Promise.all(layers.map(tarOf))));
  const found = await baseBytecode(VENV, new Set(gone.map((path) => `${SITE}/${path}`)), inspector);
  const entries = await Array.fromAsync(found.modules?.entries(signal) ?? []);
  const modules = Object.fromEntries(
    entries.map((entry) => [
      entry.path.slice(SITE.length + 1),
      entry.type === "file" ? Buffer.from(entry.content as Uint8Array).toString() : entry.type,
    ]),
  );
  return { modules, stray: found.stray.map((path) => path.slice(SITE.length + 1)) };
}

it("finds modules without bytecode, or with such as nothing checks, in the layers that have them; and stray bytecode", async () => {
  const layers: TarEntry[][] = [
    [
      ...[
        "a/none.py",
        "a/times.py",
        "a/hash.py",
        "a/other.py",
        "a/fine.py",
        "a/removed.py",
        "a/covered.py",
        "edited.py",
      ].map(module),
      ...[bytecode("a/__pycache__/times.cpython-311.pyc", 0), bytecode("a/__pycache__/hash.cpython-311.pyc", 1)],
      ...[bytecode("a/__pycache__/other.cpython-312.pyc", 3), bytecode("a/__pycache__/fine.cpython-311.pyc", 3)],
      ...[bytecode("a/__pycache__/lost.cpython-311.pyc", 3), bytecode("__pycache__/gone.cpython-311.pyc", 3)],
      ...[bytecode("__pycache__/edited.cpython-311.pyc", 3)],
      ...[module("data.txt"), textFile("opt/venv/bin/x.py", ""), module("gone.py")],
      { type: "symlink", path: `${SITE}/link.py`, link: "gone.py", uid: 0, gid: 0 },
      textFile(`${SITE}/long.py`, Buffer.alloc(LONGEST_MODULE + 1)),
    ],
    [
      whiteout(`${SITE}/a/removed.py`),
      bytecode("a/__pycache__/covered.cpython-311.pyc", 3),
      module("upper.py"),
      module("edited.py"),
    ],
  ];
  const found = ["a/hash.py", "a/none.py", "a/other.py", "a/times.py", "edited.py", "upper.py"];
  expect(await look(["gone.py"], ...layers)).toEqual({
    modules: Object.fromEntries(found.map((path) => [path, `# ${path}\n`])),
    stray: [
      "__pycache__/gone.cpython-311.pyc",
      "a/__pycache__/lost.cpython-311.pyc",
      "a/__pycache__/other.cpython-312.pyc",
    ],
  });
});

it("finds nothing where all is compiled", async () => {
  const layer = [module("a.py"), bytecode("__pycache__/a.cpython-311.pyc", 3)];
  expect(await look([], layer)).toEqual({ modules: {}, stray: [] });
});

it("asks once whether there is any bytecode in a layer", async () => {
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  const records = new RecordStore(folder);
  let asked = 0;
  const layer = (entries: TarEntry[]) => ({
    key: { entries: entries.length },
    title: "",
    entries() {
      asked++;
      return entries;
    },
  });
  const folders: TarEntry[] = [{ type: "directory", path: "opt", mode: 0o755, uid: 0, gid: 0 }];
  for (const _ of [1, 2]) {
    expect(await holdsBytecode(layer([...folders, bytecode("a.pyc", 3)]), { records, signal })).toBe(true);
    expect(await holdsBytecode(layer(folders), { records, signal })).toBe(false);
  }
  expect(asked).toBe(2);
});
