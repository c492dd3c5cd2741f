import { describe, expect, it } from "vitest";
import { pathKey, StatIndex } from "./stat-index.ts";
import { type StatEntry, StatRows } from "./stat-rows.ts";

const entry = (name: string, inode: number): StatEntry => ({
  key: pathKey(name),
  stats: { size: inode * 10, mode: 0o644, mtime: 1e12 + inode / 4, ctime: 1e12 + inode / 2, inode },
  sha256: inode.toString(16).padStart(64, "0"),
});
const joined = (pieces: Iterable<Buffer>) => Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
const indexOf = (entries: StatEntry[]) => StatIndex.of(joined(StatIndex.empty.merge([], StatRows.of(entries))));
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

  it("keeps the entries asked for, in order, among those that are added", () => {
    const few = many.slice(0, 1000);
    const first = indexOf(few.slice(0, 600));
    const kept = Array.from({ length: first.count }, (_, place) => place).filter((place) => place % 2 === 0);
    const wanted = new Set(kept.map((place) => first.sha256(place)));
    const index = StatIndex.of(joined(first.merge(kept, StatRows.of(few.slice(600)))));
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
    const bytes = joined(StatIndex.empty.merge([], StatRows.of(many)));
    const shifted = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
    expect(StatIndex.of(shifted).count).toBe(10_000);
  });

  it("has no entries once it is released, and takes no memory along that others use", () => {
    const index = indexOf(many);
    const first = entry("source/folder_0/module_0.py", 1);
    const pool = joined(StatIndex.empty.merge([], StatRows.of(many.slice(0, 10))));
    const shared = Buffer.concat([pool, Buffer.from("behind it")]);
    const part = StatIndex.of(shared.subarray(0, pool.length));
    expect(part.count).toBe(10);
    for (const released of [index, part, StatIndex.empty]) {
      released.release();
      expect(released.count).toBe(0);
      expect(released.find(first.key, first.stats)).toBeUndefined();
      released.release();
    }
    expect(shared.subarray(pool.length).toString()).toBe("behind it");
    expect(indexOf(many).count).toBe(10_000);
  });
});
