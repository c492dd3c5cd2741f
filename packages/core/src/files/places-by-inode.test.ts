import { expect, it } from "vitest";
import type { FileStats } from "./file-stats.ts";
import { PlacesByInode } from "./places-by-inode.ts";
import { StatRows } from "./stat-rows.ts";

const statsOf = (inode: number, size = 1): FileStats => ({ inode, size, mode: 0o644, mtime: 1e12, ctime: 1e12 });

function placesOf(files: FileStats[]): PlacesByInode {
  const rows = new StatRows();
  const places = new PlacesByInode(rows);
  for (const [place, stats] of files.entries()) {
    rows.push({ key: place, stats, sha256: "a".repeat(64) });
    places.add(place);
  }
  return places;
}

it.each([
  ["one after the other", (at: number) => at],
  ["in steps of a power of two", (at: number) => at * 4096],
  ["beyond 32 bits", (at: number) => 2 ** 40 + at],
  ["alike in their lower 32 bits", (at: number) => (at % 1000) * 2 ** 32],
])("finds each of very many files, with inodes %s", (_, inodeAt) => {
  const files = Array.from({ length: 5000 }, (_, at) => statsOf(inodeAt(at), at));
  const places = placesOf(files);
  expect(files.map((stats) => places.find(stats))).toEqual(files.map((_, at) => at));
  for (const { inode } of files.slice(0, 20)) expect(places.find(statsOf(inode, 9999))).toBeUndefined();
  expect(places.find(statsOf(2 ** 50 + 1))).toBeUndefined();
});

it("tells versions of a file apart, and finds none where there is none", () => {
  expect(placesOf([]).find(statsOf(7))).toBeUndefined();
  const places = placesOf([statsOf(7, 10), statsOf(7, 20)]);
  expect([10, 20, 30].map((size) => places.find(statsOf(7, size)))).toEqual([0, 1, undefined]);
});
