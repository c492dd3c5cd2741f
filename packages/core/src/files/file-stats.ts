import type { Stats } from "node:fs";

/**
 * What tells one version of a file from the next, in numbers, since there may be very many. Times are in milliseconds,
 * to a quarter of a microsecond: finer than any clock that file systems take them from.
 */
export interface FileStats {
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly atime: number;
  readonly inode: number;
}

export function fileStats({ size, mode, mtimeMs, ctimeMs, atimeMs, ino }: Stats): FileStats {
  return { size, mode, mtime: mtimeMs, ctime: ctimeMs, atime: atimeMs, inode: ino };
}

/** Whether a file with these stats is the one that had the others, unchanged. */
export function isSameVersion(one: FileStats, other: FileStats): boolean {
  return one.inode === other.inode && one.size === other.size && one.mtime === other.mtime && one.ctime === other.ctime;
}
