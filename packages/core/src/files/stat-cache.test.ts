import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";
import { StatCache } from "./stat-cache.ts";
import { pathKey, StatIndex } from "./stat-index.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => {
  vi.useRealTimers();
  folder[Symbol.dispose]();
});

const storedFile = () => execFileSync("find", [folder.cacheDir, "-path", "*/stat/*"], { encoding: "utf8" }).trim();
const stored = () => StatIndex.of(readFileSync(storedFile()));
const stats = {
  size: 3,
  mode: 0o644,
  mtime: 1_600_000_000_000,
  ctime: 1_600_000_000_000,
  atime: 1_650_000_000_000,
  inode: 7,
};
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe("the stat cache", () => {
  const old = new Date("2020-01-01");
  const tag = async () => identify(await folder.resolve({ sourceRoot: "src" })).tag;

  it("saves reading files that are as they were, and nothing else", async () => {
    folder.write({ "src/a.py": "one", "src/b.py": "two" });
    utimesSync(folder.path("src/a.py"), old, old);
    await sleep(80);
    const first = await tag();
    expect(stored().count).toBe(2);
    await sleep(20);
    // A wrong hash in the cache is believed: so it is the cache that was asked.
    const altered = readFileSync(storedFile());
    altered.fill(0, altered.length - 2 * 32);
    altered.writeDoubleLE(crc32(altered.subarray(24)), 16);
    writeFileSync(storedFile(), altered);
    rmSync(join(folder.cacheDir, "list"), { recursive: true });
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
    expect(stored().count).toBe(0);
    const index = new StatIndex();
    index.add({ key: pathKey("source/a.py"), stats, sha256: "a".repeat(64) });
    const pieces = new StatIndex().merge([], index);
    const whole = Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
    const without = (at: number) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]);
    const flipped = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte));
    for (const broken of [
      "",
      "{",
      "[]",
      '{"version":9}',
      without(0),
      without(90),
      flipped(0),
      flipped(8),
      flipped(60),
    ]) {
      writeFileSync(storedFile(), broken);
      expect(StatIndex.of(Buffer.from(broken)).count).toBe(0);
      expect(await tag()).toBe(first);
    }
    writeFileSync(folder.path("plain"), "");
    expect(identify(await folder.resolve({ sourceRoot: "src" }, { cacheDir: folder.path("plain") })).tag).toBe(first);
  });
});

describe("a file system that tells whole seconds alone", () => {
  const hash = "a".repeat(64);
  const statsAt = (seconds: number) => ({ ...stats, mtime: seconds * 1000, ctime: seconds * 1000 });
  // Half a second into an even second.
  const now = 1_700_000_002_500;

  it.each([
    { at: 1_700_000_002, kept: false, why: "this second: it may change again and show the same time" },
    { at: 1_700_000_001, kept: true, why: "the second before" },
    { at: 1_700_000_000, kept: true, why: "two seconds and a half ago, also by a clock of even seconds" },
    { at: 1_699_999_990, kept: true, why: "long ago" },
  ])("keeps the hash of a file that changed at $at: $kept ($why)", async ({ at, kept }) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const cache = new StatCache(folder.cacheDir, "tree");
    cache.set("/a", statsAt(at), hash);
    await cache.save();
    expect(stored().find(pathKey("/a"), statsAt(at)) !== undefined).toBe(kept);
    expect(stored().count).toBe(kept ? 1 : 0);
  });

  it("does not keep the hash of a file that changed an even second ago, which may be two", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: now + 1000 });
    const cache = new StatCache(folder.cacheDir, "tree");
    cache.set("/a", statsAt(1_700_000_002), hash);
    await cache.save();
    expect(stored().count).toBe(0);
  });

  it("knows nothing once it is released, and what it saved is there for the next", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const cache = new StatCache(folder.cacheDir, "tree");
    cache.set("/a", statsAt(1_600_000_000), hash);
    expect(cache.get("/a", statsAt(1_600_000_000))).toBe(hash);
    expect(cache.get("/elsewhere", statsAt(1_600_000_000))).toBeUndefined();
    await cache.save();
    cache.release();
    expect(cache.get("/a", statsAt(1_600_000_000))).toBeUndefined();
    expect(stored().count).toBe(1);
  });

  it("knows a path that is called like a property of every object", async () => {
    const cache = new StatCache(folder.cacheDir, "tree");
    expect(cache.get("constructor", statsAt(1_600_000_000))).toBeUndefined();
    expect(cache.get("__proto__", statsAt(1_600_000_000))).toBeUndefined();
  });
});

describe("a file system that keeps one time for each file, such as that of an image which is mounted", () => {
  const second = 1_600_000_000_000;

  it.each([
    { mtime: second, ctime: second, atime: second, kept: false, why: "squashfs, erofs: another image shows the same" },
    { mtime: second, ctime: second, atime: second + 4000, kept: true, why: "whole seconds, and read once" },
    { mtime: second, ctime: second + 1000, atime: second, kept: true, why: "whole seconds, with a time given to it" },
    { mtime: second + 0.25, ctime: second + 0.25, atime: second + 0.25, kept: true, why: "written in one tick" },
  ])("is believed: $kept ($why)", async ({ kept, why: _, ...times }) => {
    const own = { ...stats, ...times };
    const cache = new StatCache(folder.cacheDir, "tree");
    cache.set("/a", own, "a".repeat(64));
    expect(cache.get("/a", own) !== undefined).toBe(kept);
    await cache.save();
    expect(stored().count).toBe(kept ? 1 : 0);
    expect(new StatCache(folder.cacheDir, "tree").get("/a", own) !== undefined).toBe(kept);
  });
});
