import { execFileSync } from "node:child_process";
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "./fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe("the stat cache", () => {
  const old = new Date("2020-01-01");
  const stored = () =>
    readFileSync(execFileSync("find", [folder.cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim(), "utf8");
  const tag = async () => identify(await folder.resolve({ sourceRoot: "src" })).tag;
  const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

  it("saves reading files that are as they were, and nothing else", async () => {
    folder.write({ "src/a.py": "one", "src/b.py": "two" });
    utimesSync(folder.path("src/a.py"), old, old);
    await sleep(80);
    const first = await tag();
    expect(Object.keys(JSON.parse(stored()).entries)).toHaveLength(2);
    await sleep(20);
    // A wrong hash in the cache is believed: so it is the cache that was asked.
    const file = execFileSync("find", [folder.cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim();
    writeFileSync(file, stored().replaceAll(/ [0-9a-f]{64}"/g, ` ${"0".repeat(64)}"`));
    expect(await tag()).not.toBe(first);
    // The same size and times, but ctime tells.
    writeFileSync(folder.path("src/a.py"), "six");
    utimesSync(folder.path("src/a.py"), old, old);
    writeFileSync(folder.path("src/b.py"), "two");
    expect(await tag()).not.toBe(first);
    writeFileSync(folder.path("src/a.py"), "one");
    expect(await tag()).toBe(first);
  });

  it("does not trust files younger than itself, and is done without when it is broken or cannot be written", async () => {
    folder.write({ "src/a.py": "one" });
    const first = await tag();
    expect(JSON.parse(stored()).entries).toEqual({});
    for (const broken of ["", "{", "[]", '{"version":1,"entries":{"x":[1,2]}}', '{"version":9}']) {
      const file = execFileSync("find", [folder.cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim();
      writeFileSync(file, broken);
      expect(await tag()).toBe(first);
    }
    writeFileSync(folder.path("plain"), "");
    expect(identify(await folder.resolve({ sourceRoot: "src" }, { cacheDir: folder.path("plain") })).tag).toBe(first);
  });
});
