import { execFileSync } from "node:child_process";
import { type BigIntStats, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "./fixtures/spec-folder.ts";
import { StatCache } from "./stat-cache.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

const stored = () =>
  readFileSync(execFileSync("find", [folder.cacheDir, "-name", "*.json"], { encoding: "utf8" }).trim(), "utf8");
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe("the stat cache", () => {
  const old = new Date("2020-01-01");
  const tag = async () => identify(await folder.resolve({ sourceRoot: "src" })).tag;

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
    const soon = new Date(Date.now() + 60_000);
    utimesSync(folder.path("src/a.py"), soon, soon);
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

describe("a file system that tells whole seconds alone", () => {
  const hash = "a".repeat(64);
  const second = 1_000_000_000n;
  // A time in the past, and one of this second, as such a file system gives them.
  const stats = (ageInSeconds: bigint) => {
    const time = (BigInt(Date.now()) / 1000n - ageInSeconds) * second;
    return { size: 3n, mtimeNs: time, ctimeNs: time, ino: 7n } as BigIntStats;
  };

  it.each([
    [0n, false],
    [1n, false],
    [10n, true],
  ])("keeps the hash of a file that changed %i s ago: %s", async (age, kept) => {
    const cache = await StatCache.open(folder.cacheDir, "tree");
    cache.set("/a", stats(age), hash);
    await cache.save();
    await sleep(age === 10n ? 20 : 0);
    const entries = JSON.parse(stored()).entries;
    expect(Object.keys(entries)).toEqual(kept ? ["/a"] : []);
  });

  it("knows a path that is called like a property of every object", async () => {
    const cache = await StatCache.open(folder.cacheDir, "tree");
    expect(cache.get("constructor", stats(10n))).toBeUndefined();
    expect(cache.get("__proto__", stats(10n))).toBeUndefined();
  });
});
