import { createHash, hash as hashOf } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { ImageSpecError, inParallel, READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import { type FileStats, fileStats, isSameVersion } from "./file-stats.ts";
import { type FoundFile, modeOf } from "./found-file.ts";
import type { InputFaults } from "./input-faults.ts";
import type { StatCache } from "./stat-cache.ts";
import { unread } from "./unread.ts";

/** Up to here a file is read in one go, which costs less than the calls that reading it in pieces would take. */
const SMALL = 128 * 1024;
const CHUNK = 1024 * 1024;
const LARGE_AT_ONCE = 4;
/**
 * How a file begins that stands for a content that Git LFS keeps elsewhere, and how large one is (its specification).
 */
const POINTER = Buffer.from("version https://git-lfs.github.com/spec/v1\n");
const LARGEST_POINTER = 1024;

type Cache = Pick<StatCache, "get" | "set">;

export interface HashOptions {
  cache: Cache;
  parameter: string;
  faults: InputFaults;
  /**
   * Called for each file, by its path in the context, that is a pointer of Git LFS: its content was not checked out.
   */
  onPointer?(path: string): void;
  signal?: AbortSignal | undefined;
}

/**
 * Gives each file that has none its sha256, with the size and mode that belong to it; a file with a fault stays
 * without. At most a few MiB are held at a time. A file that changes while it is read is read once more, then it is
 * E_FILE_CHANGED.
 */
export async function hashFiles(files: Iterable<FoundFile>, options: HashOptions): Promise<void> {
  const { cache, signal } = options;
  const large: FoundFile[] = [];
  const memory = Buffer.allocUnsafe(SMALL + 1);
  let work = 0;
  const keep = async (file: FoundFile, hash: Hash, signal: AbortSignal | undefined) => {
    try {
      const taken = await hashTwice(unread(file.source), hash);
      settle(file, taken);
      if (taken.isPointer) options.onPointer?.(file.path);
    } catch (error) {
      if (error instanceof ImageSpecError || signal?.aborted) throw error;
      options.faults.addSystem(options.parameter, file.source, error);
    }
  };
  for (const file of files) {
    if (file.sha256 !== undefined) continue;
    if (file.size > SMALL) large.push(file);
    else {
      await keep(file, (source) => hashSmall(source, cache, memory), signal);
      if (++work % 64 === 0) {
        signal?.throwIfAborted();
        await setImmediate();
      }
    }
  }
  await inParallel(large, { most: LARGE_AT_ONCE, signal }, (file, stop) =>
    keep(file, (source) => hashLarge(source, cache, stop), stop),
  );
}

/** A hash, and the stats that the file had before and after it was taken. */
interface Taken {
  stats: FileStats;
  sha256: string;
  isPointer?: boolean;
}

type Hash = (source: string) => Taken | Promise<Taken>;

async function hashTwice(source: string, hash: Hash): Promise<Taken> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await hash(source);
    } catch (error) {
      if (!(error instanceof FileChanged)) throw error;
      if (isFirst) continue;
      throw new ImageSpecError("E_FILE_CHANGED", `'${source}' changes while it is read`, {
        hint: "Wait until nothing writes to it, or exclude it with an ignore file.",
      });
    }
  }
}

function settle(file: FoundFile, { stats, sha256 }: Taken): void {
  file.sha256 = sha256;
  file.size = stats.size;
  file.mode = modeOf(stats);
}

class FileChanged extends Error {}

/** Remembers the hash that was read of an open file with these stats, if it still has them. */
function remember(
  cache: Cache | undefined,
  source: string,
  descriptor: number,
  stats: FileStats,
  sha256: string,
): string {
  if (!isSameVersion(statsOfOpen(descriptor), stats)) throw new FileChanged();
  cache?.set(source, stats, sha256);
  return sha256;
}

function statsOfOpen(descriptor: number): FileStats {
  const stats = fstatSync(descriptor);
  // It was one when it was listed.
  if (!stats.isFile()) throw new FileChanged();
  return fileStats(stats);
}

function hashSmall(source: string, cache: Cache, memory: Buffer): Taken {
  // It may have become a link or a pipe since it was listed.
  const descriptor = openSync(source, READ_FLAGS_WITHOUT_LINKS);
  try {
    const stats = statsOfOpen(descriptor);
    const known = cache.get(source, stats);
    if (known !== undefined) return { stats, sha256: known };
    const content = readSmall(descriptor, stats.size, memory);
    const sha256 = hashOf("sha256", content, "hex");
    const isPointer = stats.size <= LARGEST_POINTER && content.subarray(0, POINTER.length).equals(POINTER);
    // Not remembered, so that each build tells of it.
    return { stats, sha256: remember(isPointer ? undefined : cache, source, descriptor, stats, sha256), isPointer };
  } finally {
    closeSync(descriptor);
  }
}

/** Reads into `memory`, unless the file has become too large for it. */
function readSmall(descriptor: number, size: number, memory: Buffer): Buffer {
  // One byte more than there may be, so that a file that has grown is noticed.
  const buffer = size < memory.length ? memory : Buffer.allocUnsafe(size + 1);
  let length = 0;
  // A read that ends at the size that is expected, and could have gone on, has met the end.
  do {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  } while (length < size);
  if (length !== size) throw new FileChanged();
  return buffer.subarray(0, length);
}

async function hashLarge(source: string, cache: Cache, signal: AbortSignal): Promise<Taken> {
  const handle: FileHandle = await open(source, READ_FLAGS_WITHOUT_LINKS);
  try {
    const stats = statsOfOpen(handle.fd);
    const read = async () => remember(cache, source, handle.fd, stats, await readLarge(handle, stats.size, signal));
    return { stats, sha256: cache.get(source, stats) ?? (await read()) };
  } finally {
    await handle.close();
  }
}

async function readLarge(handle: FileHandle, size: number, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const bytes = Buffer.allocUnsafe(CHUNK);
  let length = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
    if (bytesRead === 0) break;
    hash.update(bytes.subarray(0, bytesRead));
    length += bytesRead;
    if (length > size) throw new FileChanged();
  }
  if (length !== size) throw new FileChanged();
  return hash.digest("hex");
}
