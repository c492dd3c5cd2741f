import { fstatSync, lstatSync, type Stats } from "node:fs";

/**
 * What tells one version of a file from the next, in numbers, since there may be very many. Times are in milliseconds,
 * to a quarter of a microsecond: finer than any clock that file systems take them from.
 */
export interface FileStats {
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly inode: number;
}

export function fileStats({ size, mode, mtimeMs, ctimeMs, ino }: Stats): FileStats {
  return { size, mode, mtime: mtimeMs, ctime: ctimeMs, inode: ino };
}

/** Of a file or link itself. Throws what the system says. */
export function statsOf(path: string): FileStats {
  return fileStats(lstatSync(path));
}

/** Whether an open file is the regular file with these stats. */
export function isSameFile(descriptor: number, { size, mtime, ctime, inode }: FileStats): boolean {
  const now = fstatSync(descriptor);
  return now.isFile() && now.ino === inode && now.size === size && now.mtimeMs === mtime && now.ctimeMs === ctime;
}
