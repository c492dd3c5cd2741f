import type { Stats } from "node:fs";
import { type FileStats, fileStats } from "./file-stats.ts";
import type { ShippedFile } from "./shipped-file.ts";
import type { StatCache } from "./stat-cache.ts";

/** A regular file that was found: what is shipped of it, as soon as its hash is known. There may be very many. */
export interface FoundFile extends Omit<Extract<ShippedFile, { type: "file" }>, "sha256" | "text"> {
  /** In hexadecimal, once it is known. */
  sha256: string | undefined;
}

/** A file as it is listed, with its hash where the cache knows it. */
export function foundFile(path: string, source: string, stats: Stats, cache?: Pick<StatCache, "get">): FoundFile {
  const own = fileStats(stats);
  return { type: "file", path, mode: modeOf(own), size: own.size, source, sha256: cache?.get(source, own) };
}

/** As git keeps modes. */
export function modeOf({ mode }: Pick<FileStats, "mode">): FoundFile["mode"] {
  return mode & 0o100 ? 0o755 : 0o644;
}
