import { expect, it } from "vitest";
import type { FileStats } from "./file-stats.ts";
import { PlacesByPath } from "./places-by-path.ts";
import { pathKey } from "./stat-index.ts";
import { StatRows } from "./stat-rows.ts";

const statsOf = (size: number, inode = 1): FileStats => ({ inode, size, mode: 0o644, mtime: 1e12, ctime: 1e12 });

function placesOf(files: { key: number; stats: FileStats }[]): PlacesByPath {
  const rows = new StatRows();
  const places = new PlacesByPath(rows);
  for (const [place, file] of files.entries()) {
    rows.push({ ...file, sha256: "a".repeat(64) });
    places.add(place);
  }
  return places;
}

it("finds each of very many files, and none that is not there", () => {
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
