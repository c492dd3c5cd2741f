import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { all, at, below, inBytes, put, tagOf, tagOfTree, useAttackFolder } from "./attack-folder.ts";

useAttackFolder();

describe("two trees never share a tag", () => {
  it.each<[string, () => void, () => void]>([
    ["a name with a line break that looks like two names", () => put("a\nb"), () => [put("a"), put("b")]],
    ["quotes in a name", () => put(`a","file","0644`), () => put("a")],
    ["one name in two Unicode forms", () => put("\u00e9"), () => put("e\u0301")],
    ["a name in upper case", () => put("Data"), () => put("data")],
    ["an execute bit", () => put("run", "x", 0o755), () => put("run", "x", 0o644)],
    ["content moved to the next file", () => [put("a", "xy"), put("b")], () => [put("a", "x"), put("b", "y")]],
    ["content that looks like the next entry", () => put("a", '"],["source/b"'), () => [put("a"), put("b")]],
    ["contents exchanged", () => [put("a", "1"), put("b", "2")], () => [put("a", "2"), put("b", "1")]],
    [
      "a link in the place of its target",
      () => [put("a", "x"), put("b", "x")],
      () => [put("a", "x"), symlinkSync("a", at("b"))],
    ],
    ["a file that says what a link says", () => put("b", "a"), () => symlinkSync("a", at("b"))],
    ["a link to the same place by another way", () => symlinkSync("a", at("b")), () => symlinkSync("./a", at("b"))],
    ["a link with a slash behind it", () => symlinkSync("a", at("b")), () => symlinkSync("a/", at("b"))],
    ["a folder one level down", () => put("a/b/c"), () => put("a/b-c")],
    ["a space at the end of a name", () => put("a "), () => put("a")],
    ["an empty file, and none", () => [put("a"), put("b")], () => put("a")],
    [
      "a hole in the place of zeros less one",
      () => [put("a"), truncateSync(at("a"), 8192)],
      () => put("a", Buffer.alloc(8191)),
    ],
    ["line ends of another system", () => put("a.py", "x\r\n"), () => put("a.py", "x\n")],
    ["a byte order mark", () => put("a.py", "\ufeffx"), () => put("a.py", "x")],
  ])("%s", async (_, one, other) => {
    expect(await tagOfTree(one)).not.toBe(await tagOfTree(other));
  });

  it.runIf(process.platform === "linux").each<[string, () => void]>([
    ["file names that are not UTF-8", () => writeFileSync(inBytes(Buffer.from([0x61, 0xff])), "")],
    ["folder names that are not UTF-8", () => mkdirSync(inBytes(Buffer.from([0xc3, 0x28])))],
    ["link targets that are not UTF-8", () => symlinkSync(Buffer.from([0x61, 0xff]), at("link"))],
    ["names with a backslash", () => put("a\\b")],
  ])("%s are refused, since they would be read as one", async (_, make) => {
    await expect(tagOfTree(make)).rejects.toMatchObject({ code: "E_INPUT_FILE" });
    await expect(tagOfTree(make, { copy: ["src"] })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("a copied link whose target is not UTF-8 is refused by itself, too", async () => {
    await expect(
      tagOfTree(() => symlinkSync(Buffer.from([0x61, 0xff]), at("link")), { copy: ["src/link"] }),
    ).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("a copied file is not the same file among the sources", async () => {
    put("a", "x");
    expect(await tagOf({ copy: ["src/a"] })).not.toBe(await tagOf(all));
  });
});

describe("one tree has one tag", () => {
  it.each<[string, () => void, () => void]>([
    ["files made in another order", () => [put("a", "1"), put("b", "2")], () => [put("b", "2"), put("a", "1")]],
    [
      "a second name of a file, and a copy of it",
      () => [put("a", "x"), linkSync(at("a"), at("b"))],
      () => [put("a", "x"), put("b", "x")],
    ],
    [
      "a hole, and the zeros it stands for",
      () => [put("a"), truncateSync(at("a"), 8192)],
      () => put("a", Buffer.alloc(8192)),
    ],
    ["modes of the group and of others", () => put("a", "x", 0o600), () => put("a", "x", 0o666)],
    ["execute bits of others alone", () => put("a", "x", 0o611), () => put("a", "x", 0o644)],
    ["special bits", () => put("a", "x", 0o4755), () => put("a", "x", 0o755)],
    ["a mode that lets nobody write", () => put("a", "x", 0o444), () => put("a", "x", 0o644)],
    ["modes of folders", () => [put("a/b"), chmodSync(at("a"), 0o700)], () => put("a/b")],
    ["times of long ago", () => [put("a"), utimesSync(at("a"), 0, 0)], () => put("a")],
    ["a folder that is empty", () => [put("a"), mkdirSync(at("b"))], () => put("a")],
  ])("%s", async (_, one, other) => {
    expect(await tagOfTree(one)).toBe(await tagOfTree(other));
  });
});

describe("what is remembered of files is not believed", () => {
  const sleep = () => new Promise((resolve) => setTimeout(resolve, 120));

  it.each<[string, () => void]>([
    ["written in its place, with size and time as before", () => writeFileSync(at("a"), "two")],
    [
      "replaced by another with the same size and time",
      () => [writeFileSync(at("b"), "two"), renameSync(at("b"), at("a"))],
    ],
    ["written through its second name", () => writeFileSync(below("elsewhere"), "two")],
  ])("a file %s", async (_, change) => {
    put("a", "one");
    linkSync(at("a"), below("elsewhere"));
    utimesSync(at("a"), 1_000_000_000, 1_000_000_000);
    await sleep();
    const before = await tagOf(all);
    expect(await tagOf(all)).toBe(before);
    change();
    utimesSync(at("a"), 1_000_000_000, 1_000_000_000);
    expect(statSync(at("a")).mtimeMs).toBe(1_000_000_000_000);
    expect(await tagOf(all)).not.toBe(before);
  });

  it("a folder exchanged for another with the same names", async () => {
    put("pkg/a", "one");
    mkdirSync(below("other"));
    writeFileSync(below("other/a"), "two");
    for (const file of [at("pkg/a"), below("other/a")]) utimesSync(file, 1_000_000_000, 1_000_000_000);
    await sleep();
    const before = await tagOf(all);
    rmSync(at("pkg"), { recursive: true });
    renameSync(below("other"), at("pkg"));
    expect(await tagOf(all)).not.toBe(before);
  });

  it("a cache that somebody wrote into is read again, or is nothing", async () => {
    put("a", "one");
    const tag = await tagOf(all);
    const folder = below("cache");
    for (const text of ["", "null", "[]", '{"version":1,"entries":null}', '{"version":1,"entries":{"__proto__":"x"}}'])
      for (const file of execFileSync("find", [folder, "-type", "f"], { encoding: "utf8" })
        .split("\n")
        .filter(Boolean)) {
        writeFileSync(file, text);
        expect(await tagOf(all)).toBe(tag);
      }
  });
});
