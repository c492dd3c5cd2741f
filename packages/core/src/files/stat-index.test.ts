import { describe, expect, it } from "vitest";
import type { FileStats } from "./file-stats.ts";
import { pathKey, type StatEntry, StatIndex } from "./stat-index.ts";

const entry = (name: string, inode: number): StatEntry => ({
  key: pathKey(name),
  stats: { size: inode * 10, mode: 0o644, mtime: 1e12 + inode / 4, ctime: 1e12 + inode / 2, atime: 2e12, inode },
  sha256: inode.toString(16).padStart(64, "0"),
});
const joined = (pieces: Iterable<Buffer>) => Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
const made = (entries: StatEntry[]) => {
  const index = new StatIndex();
  for (const entry of entries) index.add(entry);
  return index;
};
const written = (entries: StatEntry[]) => joined(new StatIndex().merge([], made(entries)));
const indexOf = (entries: StatEntry[]) => StatIndex.of(written(entries));
const statsOf = (size: number, inode = 1): FileStats => ({
  inode,
  size,
  mode: 0o644,
  mtime: 1e12,
  ctime: 1e12,
  atime: 2e12,
});
const placesOf = (files: Omit<StatEntry, "sha256">[]) =>
  made(files.map((file) => ({ ...file, sha256: "a".repeat(64) })));
const many = Array.from({ length: 10_000 }, (_, at) => entry(`source/folder_${at % 10}/module_${at}.py`, at + 1));

describe("StatIndex", () => {
  it("finds each of its entries, and none with another key or other stats", () => {
    const index = indexOf(many);
    expect(index.count).toBe(10_000);
    for (const { key, stats, sha256 } of many) {
      expect(index.sha256(index.find(key, stats) ?? -1)).toBe(sha256);
      for (const other of [{ size: 1 }, { mtime: 0 }, { ctime: 0 }, { inode: 0 }])
        expect(index.find(key, { ...stats, ...other })).toBeUndefined();
      expect(index.find(key + 1, stats)).toBeUndefined();
    }
  });

  it("keeps the entries asked for among those that are added", () => {
    const few = many.slice(0, 1000);
    const first = indexOf(few.slice(0, 600));
    const kept = Array.from({ length: first.count }, (_, place) => place).filter((place) => place % 2 === 0);
    const wanted = new Set(kept.map((place) => first.sha256(place)));
    const index = StatIndex.of(joined(first.merge(kept, made(few.slice(600)))));
    expect(index.count).toBe(700);
    for (const { key, stats, sha256 } of few) {
      const place = index.find(key, stats);
      const isWanted = wanted.has(sha256) || few.findIndex((one) => one.sha256 === sha256) >= 600;
      expect(place === undefined ? undefined : index.sha256(place)).toBe(isWanted ? sha256 : undefined);
    }
  });

  it("tells entries with one key apart by their stats", () => {
    const same = [1, 2, 3].map((inode) => ({ ...entry("", inode), key: 5 }));
    const index = indexOf(same);
    for (const { key, stats, sha256 } of same) expect(index.sha256(index.find(key, stats) ?? -1)).toBe(sha256);
  });

  it("is read from memory that begins anywhere", () => {
    const bytes = written(many);
    const shifted = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
    expect(StatIndex.of(shifted).count).toBe(10_000);
  });

  it("has no entries once it is released, and takes no memory along that others use", () => {
    const index = indexOf(many);
    const first = entry("source/folder_0/module_0.py", 1);
    const pool = written(many.slice(0, 10));
    const shared = Buffer.concat([pool, Buffer.from("behind it")]);
    const part = StatIndex.of(shared.subarray(0, pool.length));
    expect(part.count).toBe(10);
    for (const released of [index, part, new StatIndex()]) {
      released.release();
      expect(released.count).toBe(0);
      expect(released.find(first.key, first.stats)).toBeUndefined();
      released.release();
    }
    expect(shared.subarray(pool.length).toString()).toBe("behind it");
    expect(indexOf(many).count).toBe(10_000);
  });

  it("finds each of very many files that were added, and none that is not there", () => {
    const files = Array.from({ length: 5000 }, (_, at) => ({ key: pathKey(`/src/file-${at}.py`), stats: statsOf(at) }));
    const places = placesOf(files);
    expect(files.map(({ key, stats }) => places.find(key, stats))).toEqual(files.map((_, at) => at));
    for (const { key } of files.slice(0, 20)) expect(places.find(key, statsOf(9999))).toBeUndefined();
    expect(places.find(pathKey("/src/other.py"), statsOf(1))).toBeUndefined();
    expect(placesOf([]).find(pathKey("/src/file-1.py"), statsOf(1))).toBeUndefined();
  });

  it("tells versions of a file apart", () => {
    const key = pathKey("/src/a.py");
    const places = placesOf([
      { key, stats: statsOf(10) },
      { key, stats: statsOf(20) },
    ]);
    expect([10, 20, 30].map((size) => places.find(key, statsOf(size)))).toEqual([0, 1, undefined]);
  });

  it("takes no file for another of the same inode, size and times, as two file systems may have them", () => {
    const places = placesOf([{ key: pathKey("/src/a.py"), stats: statsOf(10) }]);
    expect(places.find(pathKey("/src/mounted/a.py"), statsOf(10))).toBeUndefined();
  });

  it("finds an entry by its content among those that count, and copies its stats", () => {
    const key = pathKey("/src/a.py");
    const index = made([1, 2, 3].map((inode) => ({ ...entry("", inode), key })));
    const { sha256, stats } = entry("", 2);
    expect(index.findContent(key, sha256, () => true)).toBe(1);
    expect(index.findContent(key, sha256, (place) => place !== 1)).toBeUndefined();
    expect(index.findContent(key + 1, sha256, () => true)).toBeUndefined();
    const row = new Float64Array(6);
    index.copyStats(1, row, 1);
    expect([...row]).toEqual([0, stats.size, stats.mtime, stats.ctime, stats.inode, 0]);
  });
});
