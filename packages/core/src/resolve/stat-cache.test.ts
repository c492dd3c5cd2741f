import { execFileSync } from "node:child_process";
import { type BigIntStats, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "./fixtures/spec-folder.ts";
import { StatCache } from "./stat-cache.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => {
  vi.useRealTimers();
  folder[Symbol.dispose]();
});

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
  const statsAt = (seconds: bigint) =>
    ({ size: 3n, mtimeNs: seconds * second, ctimeNs: seconds * second, ino: 7n }) as BigIntStats;
  // Half a second into an even second.
  const now = 1_700_000_002_500;

  it.each([
    { at: 1_700_000_002n, kept: false, why: "this second: it may change again and show the same time" },
    { at: 1_700_000_001n, kept: true, why: "the second before" },
    { at: 1_700_000_000n, kept: true, why: "two seconds and a half ago, also by a clock of even seconds" },
    { at: 1_699_999_990n, kept: true, why: "long ago" },
  ])("keeps the hash of a file that changed at $at: $kept ($why)", async ({ at, kept }) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const cache = await StatCache.open(folder.cacheDir, "tree");
    cache.set("/a", statsAt(at), hash);
    await cache.save();
    expect(Object.keys(JSON.parse(stored()).entries)).toEqual(kept ? ["/a"] : []);
  });

  it("does not keep the hash of a file that changed an even second ago, which may be two", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: now + 1000 });
    const cache = await StatCache.open(folder.cacheDir, "tree");
    cache.set("/a", statsAt(1_700_000_002n), hash);
    await cache.save();
    expect(JSON.parse(stored()).entries).toEqual({});
  });

  it("knows a path that is called like a property of every object", async () => {
    const cache = await StatCache.open(folder.cacheDir, "tree");
    expect(cache.get("constructor", statsAt(1_600_000_000n))).toBeUndefined();
    expect(cache.get("__proto__", statsAt(1_600_000_000n))).toBeUndefined();
  });
});
