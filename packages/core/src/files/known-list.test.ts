import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";
import { ListedFolder, PARAMETERS, untilOld } from "./fixtures/listed-folder.ts";
import { StatIndex } from "./stat-index.ts";

let folder: ListedFolder;
beforeEach(() => {
  folder = new ListedFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

const at = (path: string) => folder.path(path);

describe("a list that is known", () => {
  it("takes in files that have changed, and is made anew for very many", async () => {
    const { tag } = await folder.makeKnown();
    writeFileSync(at("src/main.py"), "longer");
    folder.replace("src/pkg/a.py", "AAA");
    chmodSync(at("src/pkg/b.py"), 0o755);
    const after = await folder.resolved();
    expect(after).toEqual({ ...(await folder.withoutCache()), isKnown: true });
    expect(after.tag).not.toBe(tag);
    for (let nth = 0; nth < 101; nth++) folder.write({ [`src/${nth}.py`]: "" });
    await untilOld();
    expect((await folder.resolved()).isKnown).toBe(false);
    for (let nth = 0; nth < 101; nth++) folder.write({ [`src/${nth}.py`]: "more" });
    expect(await folder.resolved()).toEqual({ ...(await folder.withoutCache()), isKnown: false });
  });

  it("hashes a file each time that could change unseen", async () => {
    await folder.makeKnown();
    const soon = new Date(Date.now() + 60_000);
    for (const text of ["one", "two", "six"]) {
      folder.write({ "src/main.py": text });
      utimesSync(at("src/main.py"), soon, soon);
      expect(await folder.resolved()).toEqual({ ...(await folder.withoutCache()), isKnown: true });
    }
  });

  it("keeps the hashes of all files for a list that is made anew", async () => {
    folder.write({ "src/main.py": "main", "src/a.py": "aaa", "requirements.txt": "six\n" });
    await untilOld();
    const parameters = { ...PARAMETERS, requirements: "requirements.txt" };
    await folder.resolved(parameters);
    folder.write({ "requirements.txt": "attrs\n" });
    await untilOld();
    expect((await folder.resolved(parameters)).isKnown).toBe(true);
    const stats = join(folder.cacheDir, "stat");
    const bytes = readFileSync(join(stats, readdirSync(stats)[0] as string));
    // Those of the two sources, and of both requirement files.
    expect(StatIndex.of(bytes).count).toBe(4);
  });

  it("is another's for another mode, folder, spec file or rule of copies", async () => {
    await folder.makeKnown();
    for (const parameters of [
      { sourceRoot: "src" },
      { ...PARAMETERS, sourceRoot: "src/pkg" },
      { ...PARAMETERS, copy: ["src/run"] },
    ])
      expect((await folder.resolved(parameters)).isKnown).toBe(false);
    expect((await folder.resolved()).isKnown).toBe(true);
  });

  it("stays known when the list is asked for with reasons, which are told", async () => {
    const { tag } = await folder.makeKnown();
    const told: string[] = [];
    const asked = await folder.resolved(PARAMETERS, { tell: ({ path }) => void told.push(path) });
    expect(asked).toMatchObject({ tag, isKnown: false });
    expect(told).toContain("source/pkg/c.log");
    expect((await folder.resolved()).isKnown).toBe(true);
  });

  it("is done without where it is broken, breaks off or is another's", async () => {
    const { tag } = await folder.makeKnown();
    const whole = readFileSync(folder.listFile);
    const flipped = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const broken = [
      Buffer.alloc(0),
      Buffer.from("{}"),
      whole.subarray(0, -1),
      whole.subarray(0, 40),
      whole.subarray(8),
    ];
    for (const bytes of [
      ...broken,
      ...[
        0,
        8,
        40,
        400,
        whole.length - 40,
        whole.length - 30,
        whole.length - 20,
        whole.length - 10,
        whole.length - 1,
      ].map(flipped),
    ]) {
      writeFileSync(folder.listFile, bytes);
      expect(await folder.resolved()).toMatchObject({ tag, isKnown: false });
      expect((await folder.resolved()).isKnown).toBe(true);
    }
    const other = new SpecFolder();
    cpSync(folder.root, other.root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(other.root, "src/main.py"), "Main");
    await untilOld();
    await other.resolve(PARAMETERS, { cacheDir: other.cacheDir });
    const lists = join(other.cacheDir, "list");
    cpSync(join(lists, readdirSync(lists)[0] as string), folder.listFile);
    other[Symbol.dispose]();
    expect(await folder.resolved()).toMatchObject({ tag, isKnown: false });
  });

  /** Writes zeros over the hash that the list has of a file. */
  function falsify(content: string): void {
    const bytes = readFileSync(folder.listFile);
    bytes.write("0".repeat(64), bytes.indexOf(createHash("sha256").update(content).digest("hex")));
    bytes.writeDoubleLE(crc32(bytes.subarray(0, -8)), bytes.length - 8);
    writeFileSync(folder.listFile, bytes);
  }

  it("is believed, where it is whole", async () => {
    const { tag } = await folder.makeKnown();
    falsify("main");
    const altered = await folder.resolved();
    expect(altered.isKnown).toBe(true);
    expect(altered.tag).not.toBe(tag);
  });

  it("is not believed of what is as young as itself", async () => {
    folder.write({ "src/main.py": "main" });
    await untilOld();
    const { tag } = await folder.resolved();
    falsify("main");
    utimesSync(folder.listFile, 1e9, 1e9);
    expect(await folder.resolved()).toMatchObject({ tag, isKnown: true });
    folder.write({ "src/.gitignore": "" });
    await untilOld();
    const ruled = await folder.resolved();
    utimesSync(folder.listFile, 1e9, 1e9);
    expect(await folder.resolved()).toEqual({ ...ruled, isKnown: false });
  });

  it("is not kept in a cache that cannot be written, nor read from what is no file", async () => {
    const { tag } = await folder.makeKnown();
    const plain = at("plain");
    writeFileSync(plain, "");
    for (const _ of [1, 2])
      expect(await folder.resolved(PARAMETERS, { cacheDir: plain })).toMatchObject({ tag, isKnown: false });
    const file = folder.listFile;
    rmSync(file);
    mkdirSync(file);
    for (const _ of [1, 2]) expect(await folder.resolved()).toMatchObject({ tag, isKnown: false });
  });

  it("is kept whole by many at a time", async () => {
    const { tag } = await folder.makeKnown();
    rmSync(folder.listFile);
    const tags = await Promise.all(
      Array.from({ length: 8 }, async () => identify(await folder.resolve(PARAMETERS)).tag),
    );
    expect(new Set(tags)).toEqual(new Set([tag]));
    expect(await folder.resolved()).toMatchObject({ tag, isKnown: true });
  });

  it("holds the same files for a build as a list that is made", async () => {
    const { files, content } = await folder.makeKnown();
    const made = await folder.withoutCache();
    expect(files).toEqual(made.files);
    expect(content).toEqual(made.content);
    expect(files).toContainEqual(
      expect.objectContaining({ path: "source/run", mode: 0o755, size: 9, source: at("src/run") }),
    );
  });

  it("is joined with requirement files, which are read each time", async () => {
    folder.write({ "src/main.py": "main", "requirements.txt": "six\n" });
    await untilOld();
    const parameters = { ...PARAMETERS, requirements: "requirements.txt" };
    const first = await folder.resolved(parameters);
    expect(await folder.resolved(parameters)).toEqual({ ...first, isKnown: true });
    folder.write({ "requirements.txt": "attrs\n" });
    const second = await folder.resolved(parameters);
    expect(second.isKnown).toBe(true);
    expect(second).toEqual({ ...(await folder.resolved(parameters, { cacheDir: at("new") })), isKnown: true });
    expect(second.tag).not.toBe(first.tag);
  });
});
