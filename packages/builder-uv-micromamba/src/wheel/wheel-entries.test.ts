import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipArchive } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileEntry } from "../layer/tar-entry.ts";
import { TARGET } from "./fixtures/target.ts";
import { parseRecord } from "./record.ts";
import { wheelEntries } from "./wheel-entries.ts";
import { ZipArchive } from "./zip-archive.ts";

const SITE = "opt/venv/lib/python3.11/site-packages";
const INFO = "Demo_Pack-1.0.dist-info";
const FILES = {
  "demo/__init__.py": "x = 1\n",
  "demo/__pycache__/x.cpython-311.pyc": "old",
  [`${INFO}/METADATA`]: "Metadata-Version: 2.1\nName: Demo.Pack\nVersion: 1.0\n",
  [`${INFO}/WHEEL`]: "Wheel-Version: 1.0\n",
  [`${INFO}/entry_points.txt`]:
    "[console_scripts]\ndemo = demo.cli:main.run\nother=demo:go [extra]\n\n[demo.plugins]\nx = y:z\n",
  "Demo_Pack-1.0.data/purelib/extra.py": "y = 2\n",
  "Demo_Pack-1.0.data/scripts/tool": "#!python -u\nprint(1)\n",
  "Demo_Pack-1.0.data/scripts/native": "#!/bin/sh\necho\n",
  "Demo_Pack-1.0.data/headers/demo.h": "int x;\n",
  "Demo_Pack-1.0.data/data/share/jupyter/kernel.json": "{}",
  [`${INFO}/RECORD`]: `demo/__init__.py,sha256=${createHash("sha256").update("x = 1\n").digest("base64url")},6\n${INFO}/RECORD,,\n`,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wheel-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function install(files: Record<string, string>, target = TARGET): Promise<Map<string, FileEntry>> {
  const path = join(folder, "x.whl");
  await writeFile(path, zipArchive(files));
  const zip = await ZipArchive.open(path, "demo.whl");
  try {
    const entries = await wheelEntries(zip, target, { filename: "demo.whl", name: "demo-pack", version: "1.0" });
    expect(entries.map((entry) => entry.path)).toEqual(entries.map((entry) => entry.path).sort());
    // Read while the archive is open.
    for (const entry of entries) entry.content = await contentOf(entry);
    return new Map(entries.map((entry) => [entry.path, entry]));
  } finally {
    await zip.close();
  }
}

async function contentOf(entry: FileEntry): Promise<Uint8Array> {
  if (entry.content instanceof Uint8Array) return entry.content;
  const parts: Uint8Array[] = [];
  for await (const part of entry.content()) parts.push(part);
  return Buffer.concat(parts);
}
const text = (entry: FileEntry | undefined) => Buffer.from(entry?.content as Uint8Array).toString();

describe("wheelEntries", () => {
  it("puts every part where a virtual environment has it", async () => {
    expect([...(await install(FILES)).keys()]).toEqual([
      "opt/venv/bin/demo",
      "opt/venv/bin/native",
      "opt/venv/bin/other",
      "opt/venv/bin/tool",
      "opt/venv/include/site/python3.11/demo-pack/demo.h",
      `${SITE}/${INFO}/INSTALLER`,
      `${SITE}/${INFO}/METADATA`,
      `${SITE}/${INFO}/RECORD`,
      `${SITE}/${INFO}/REQUESTED`,
      `${SITE}/${INFO}/WHEEL`,
      `${SITE}/${INFO}/entry_points.txt`,
      `${SITE}/demo/__init__.py`,
      `${SITE}/extra.py`,
      "opt/venv/share/jupyter/kernel.json",
    ]);
  });

  it("leaves a wheel's own bytecode where it is, unless its place is for ours", async () => {
    const more = {
      ...FILES,
      "demo/__pycache__/notes.txt": "no bytecode",
      "Demo_Pack-1.0.data/data/share/__pycache__/y.cpython-311.pyc": "not compiled",
    };
    const shipped = async (compiled: boolean) =>
      [...(await install(more, { ...TARGET, compiled })).keys()].filter((path) => path.includes("__pycache__"));
    const others = [`${SITE}/demo/__pycache__/notes.txt`, "opt/venv/share/__pycache__/y.cpython-311.pyc"];
    expect(await shipped(true)).toEqual(others);
    expect(await shipped(false)).toEqual([...others, `${SITE}/demo/__pycache__/x.cpython-311.pyc`].sort());
  });

  it("gives scripts the environment's interpreter and leaves other programs alone", async () => {
    const entries = await install(FILES);
    expect(text(entries.get("opt/venv/bin/tool"))).toBe("#!/opt/venv/bin/python\nprint(1)\n");
    expect(text(entries.get("opt/venv/bin/native"))).toBe("#!/bin/sh\necho\n");
    expect(text(entries.get("opt/venv/bin/demo"))).toContain("from demo.cli import main\n");
    expect(text(entries.get("opt/venv/bin/demo"))).toContain("sys.exit(main.run())");
    for (const name of ["demo", "tool", "other", "native"])
      expect(entries.get(`opt/venv/bin/${name}`)?.mode).toBe(0o755);
  });

  it("writes scripts and marks in the words of uv, which writes them in Dockerfile builds", async () => {
    const entries = await install(FILES);
    expect(text(entries.get(`${SITE}/${INFO}/INSTALLER`))).toBe("uv");
    expect(text(entries.get(`${SITE}/${INFO}/REQUESTED`))).toBe("");
    expect(text(entries.get("opt/venv/bin/other"))).toBe(`#!/opt/venv/bin/python
# -*- coding: utf-8 -*-
import sys
from demo import go
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(go())
`);
  });

  it("writes a RECORD that has every file, each hash right or the wheel's own", async () => {
    const entries = await install(FILES);
    const rows = parseRecord(text(entries.get(`${SITE}/${INFO}/RECORD`)), "demo.whl");
    const paths = rows.map((row) => join(`/${SITE}`, row.path).slice(1)).sort();
    expect(paths).toEqual([...entries.keys()].sort());
    const hash = (content: string) => `sha256=${createHash("sha256").update(content).digest("base64url")}`;
    const row = (path: string) => rows.find((one) => one.path === path);
    expect(row("../../../bin/tool")?.hash).toBe(hash("#!/opt/venv/bin/python\nprint(1)\n"));
    expect(row("demo/__init__.py")).toMatchObject({ hash: hash("x = 1\n"), size: "6" });
    expect(row(`${INFO}/RECORD`)).toMatchObject({ hash: "", size: "" });
  });

  it("takes a wheel for what it says of itself", async () => {
    const metadata = (name: string, version: string) => ({
      ...FILES,
      [`${INFO}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nName: other\n`,
    });
    expect((await install(metadata("demo_PACK", "v1.0.0"))).size).toBe(14);
    for (const [name, version] of [
      ["other", "1.0"],
      ["demo-pack", "1.1"],
      ["", ""],
    ] as const)
      await expect(install(metadata(name, version))).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining("not demo-pack 1.0"),
      });
  });

  it("checks every hash and size of RECORD, and refuses one it cannot check", async () => {
    const record = (row: string) => install({ ...FILES, [`${INFO}/RECORD`]: `${row}\n` });
    const digest = (algorithm: string) => createHash(algorithm).update("x = 1\n").digest("base64url");
    for (const row of [
      `./demo/__init__.py,sha512=${digest("sha512")},`,
      `demo/__init__.py,sha384=${digest("sha384")},6`,
    ])
      expect(text((await record(row)).get(`${SITE}/demo/__init__.py`))).toBe("x = 1\n");
    for (const row of [
      `demo/__init__.py,sha256=${digest("sha512").slice(0, 43)},6`,
      `demo/__init__.py,sha256=${digest("sha256")},7`,
      `demo/__init__.py,md5=${digest("md5")},6`,
      "demo/__init__.py,sha256,6",
      `Demo_Pack-1.0.data/scripts/tool,sha256=${digest("sha256")},`,
    ])
      await expect(record(row), row).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringMatching(/^demo\.whl: .*(RECORD)/),
      });
  });

  it("takes members that begin with ./ and entry points that are not ASCII", async () => {
    const entries = await install({
      ...FILES,
      "./demo/dotted.py": "z = 3\n",
      [`${INFO}/entry_points.txt`]: "\uFEFF[console_scripts]\nprüfe = prüfung.größe:hauptfunktion\n",
    });
    expect(text(entries.get(`${SITE}/demo/dotted.py`))).toBe("z = 3\n");
    expect(text(entries.get("opt/venv/bin/prüfe"))).toContain("from prüfung.größe import hauptfunktion\n");
  });

  it("refuses names that delete files where a layer is unpacked, in the wheel and among its scripts", async () => {
    for (const files of [
      { "demo/.wh.secret": "" },
      { ".wh..wh..opq": "" },
      { "demo/.wh.folder/x": "" },
      { "Demo_Pack-1.0.data/scripts/.wh.python": "" },
      { [`${INFO}/entry_points.txt`]: "[console_scripts]\n.wh.python = a:b\n" },
    ])
      await expect(install({ ...FILES, ...files })).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining(".wh."),
      });
  });

  it.each([
    "Demo_Pack-1.0.data/scripts/python",
    "Demo_Pack-1.0.data/scripts/PYTHON3.12t",
    "Demo_Pack-1.0.data/data/bin/python3",
    "Demo_Pack-1.0.data/data/bin/python/x",
    "Demo_Pack-1.0.data/data/pyvenv.cfg",
    "Demo_Pack-1.0.data/scripts/activate",
  ])("refuses %s, which would take the place of the environment's own", async (path) => {
    await expect(install({ ...FILES, [path]: "#!/bin/sh\n" })).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(/^demo\.whl has \/opt\/venv\/.* the environment's own$/),
    });
  });

  it("refuses entry points of the interpreter's names, and takes names that only look alike", async () => {
    const points = (name: string) => ({ ...FILES, [`${INFO}/entry_points.txt`]: `[console_scripts]\n${name} = a:b\n` });
    for (const name of ["python", "python3.11", "pypy3", "graalpy", "Python.exe"])
      await expect(install(points(name)), name).rejects.toMatchObject({ code: "E_RESOLVE" });
    for (const name of ["python-config", "python4", "python3.1x", "activate-global", "pythonic"])
      expect((await install(points(name))).has(`opt/venv/bin/${name}`), name).toBe(true);
  });

  it("refuses two contents for one place, whatever their order in the archive, and takes one content twice", async () => {
    const place = "Demo_Pack-1.0.data/purelib/demo/__init__.py";
    for (const files of [
      { ...FILES, [place]: "x = 2\n" },
      { [place]: "x = 2\n", ...FILES },
      { ...FILES, "Demo_Pack-1.0.data/data/bin/native": "#!/bin/sh\necho other\n" },
      // Both have the same CRC-32.
      { ...FILES, "twin.py": "# 599430bd25\n", "Demo_Pack-1.0.data/platlib/twin.py": "# f7633dd321\n" },
    ])
      await expect(install(files)).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: expect.stringContaining("with different contents"),
      });
    expect(text((await install({ ...FILES, [place]: "x = 1\n" })).get(`${SITE}/demo/__init__.py`))).toBe("x = 1\n");
  });

  it("lets an entry point take the place of a script, and puts lib64 where the environment's link leads", async () => {
    const entries = await install({
      ...FILES,
      "Demo_Pack-1.0.data/scripts/demo": "#!/bin/sh\n",
      "Demo_Pack-1.0.data/data/lib64/demo.so": "so",
      "Demo_Pack-1.0.data/data/lib64/python3.11/site-packages/demo/more.py": "z = 1\n",
    });
    expect(text(entries.get("opt/venv/bin/demo"))).toContain("from demo.cli import main");
    expect(text(entries.get("opt/venv/lib/demo.so"))).toBe("so");
    expect(entries.has(`${SITE}/demo/more.py`)).toBe(true);
    expect([...entries.keys()].filter((path) => path.includes("lib64"))).toEqual([]);
    // As uv writes it.
    expect(text(entries.get(`${SITE}/${INFO}/RECORD`))).toContain("\n../../../lib64/demo.so,,2\n");
    await expect(install({ ...FILES, "Demo_Pack-1.0.data/scripts/sub/deep": "" })).rejects.toMatchObject({
      code: "E_RESOLVE",
    });
  });

  it("leaves out what would leave the environment, in RECORD too", async () => {
    const plain = await install(FILES);
    const record = `${SITE}/${INFO}/RECORD`;
    for (const name of ["../../etc/passwd", "/etc/passwd", `${INFO}/../../x.py`]) {
      const entries = await install({ ...FILES, [name]: "x" });
      expect([...entries.keys()], name).toEqual([...plain.keys()]);
      expect(text(entries.get(record))).toBe(text(plain.get(record)));
    }
  });

  it("refuses what is not a wheel, and an illegal script name", async () => {
    const refused = (files: Record<string, string>) =>
      expect(install(files)).rejects.toMatchObject({ code: "E_RESOLVE" });
    await refused({ "a.py": "" });
    await refused({ ...FILES, "other-1.dist-info/WHEEL": "" });
    await refused({ ...FILES, [`${INFO}/entry_points.txt`]: "[console_scripts]\n../../x = a:b\n" });
    await refused({ ...FILES, [`${INFO}/entry_points.txt`]: "[console_scripts]\nx = import os; a:b\n" });
    await refused({ ...FILES, "Demo_Pack-1.0.data/weird/x": "" });
    await writeFile(join(folder, "not.whl"), "this is not a zip");
    await expect(ZipArchive.open(join(folder, "not.whl"), "not.whl")).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("streams a program under scripts, and refuses a Python script it would have to hold", async () => {
    const large = 17 * 1024 * 1024;
    const script = (start: string) => ({ "Demo_Pack-1.0.data/scripts/big": start.padEnd(large, "x") });
    expect((await install({ ...FILES, ...script("\x7fELF") })).get("opt/venv/bin/big")).toMatchObject({
      size: large,
      mode: 0o755,
    });
    await expect(install({ ...FILES, ...script("#!python\n") })).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringContaining("scripts/big"),
    });
  });

  it("finds an altered member by its checksum", async () => {
    const bytes = zipArchive(FILES);
    bytes.write("z", bytes.indexOf("x = 1"));
    await writeFile(join(folder, "x.whl"), bytes);
    const zip = await ZipArchive.open(join(folder, "x.whl"), "demo.whl");
    const member = zip.members.find(({ path }) => path === "demo/__init__.py");
    await expect(member?.bytes(100)).rejects.toThrow(/demo\.whl: demo\/__init__\.py .*checksum/);
    await zip.close();
  });
});
