import { createHash, hash as hashOf } from "node:crypto";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry/terms";
import { type FileStats, isSameFile, statsOf } from "./file-stats.ts";
import { type FoundFile, modeOf } from "./found-file.ts";
import type { InputFaults } from "./input-faults.ts";
import type { StatCache } from "./stat-cache.ts";

/** Should a file have become a link or a pipe since it was listed: links are not followed, and pipes do not block. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Up to here a file is read in one go, which costs less than the calls that reading it in pieces would take. */
const SMALL = 128 * 1024;
const CHUNK = 1024 * 1024;
const LARGE_AT_ONCE = 4;

export interface HashOptions {
  cache: StatCache;
  parameter: string;
  faults: InputFaults;
  signal?: AbortSignal | undefined;
}

/**
 * Gives each file that has none its sha256, with the size and mode that belong to it; a file with a fault stays without.
 * At most a few MiB are held at a time. A file that changes while it is read is read once more, then it is
 * E_FILE_CHANGED.
 */
export async function hashFiles(files: Iterable<FoundFile>, options: HashOptions): Promise<void> {
  const large: FoundFile[] = [];
  const memory = Buffer.allocUnsafe(SMALL + 1);
  let work = 0;
  const keep = async (file: FoundFile, hash: Hash) => {
    try {
      await hashTwice(file, hash, options.cache);
    } catch (error) {
      if (error instanceof ImageSpecError || options.signal?.aborted) throw error;
      options.faults.addSystem(options.parameter, file.source, error);
    }
  };
  for (const file of files) {
    const { stats } = file;
    if (stats === undefined) continue;
    const known = options.cache.get(file.source, stats);
    if (known !== undefined) settle(file, stats, known);
    else if (stats.size > SMALL) large.push(file);
    else {
      await keep(file, (source, wanted) => hashSmall(source, wanted, memory));
      if (++work % 64 === 0) {
        options.signal?.throwIfAborted();
        await setImmediate();
      }
    }
  }
  const left = large.values();
  const hashLeft = async () => {
    for (const file of left) await keep(file, (source, stats) => hashLarge(source, stats, options.signal));
  };
  await Promise.all(Array.from({ length: LARGE_AT_ONCE }, hashLeft));
}

/** Hashes a file that must have these stats before and after. */
type Hash = (source: string, stats: FileStats) => string | Promise<string>;

async function hashTwice(file: FoundFile, hash: Hash, cache: StatCache): Promise<void> {
  const attempt = async (stats: FileStats) => {
    const sha256 = await hash(file.source, stats);
    cache.set(file.source, stats, sha256);
    settle(file, stats, sha256);
  };
  try {
    return await attempt(file.stats ?? statsOf(file.source));
  } catch (error) {
    if (!(error instanceof FileChanged)) throw error;
  }
  const stats = statsOf(file.source);
  try {
    await attempt(stats);
  } catch (error) {
    if (!(error instanceof FileChanged)) throw error;
    throw new ImageSpecError("E_FILE_CHANGED", `'${file.source}' changes while it is read`, {
      hint: "Wait until nothing writes to it, or leave it out with an ignore file.",
    });
  }
}

function settle(file: FoundFile, stats: FileStats, sha256: string): void {
  file.sha256 = sha256;
  file.size = stats.size;
  file.mode = modeOf(stats);
  file.stats = undefined;
}

class FileChanged extends Error {}

function checkSame(before: FileStats, descriptor: number): void {
  if (!isSameFile(descriptor, before)) throw new FileChanged();
}

/** Reads into `memory`, unless the file has become too large for it. */
function hashSmall(source: string, stats: FileStats, memory: Buffer): string {
  // One byte more than there may be, so that a file that has grown is noticed.
  const buffer = stats.size < memory.length ? memory : Buffer.allocUnsafe(stats.size + 1);
  const descriptor = openSync(source, OPEN_FLAGS);
  try {
    checkSame(stats, descriptor);
    let length = 0;
    // A read that ends at the size that is expected, and could have gone on, has met the end.
    do {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    } while (length < stats.size);
    if (length !== stats.size) throw new FileChanged();
    checkSame(stats, descriptor);
    return hashOf("sha256", buffer.subarray(0, length), "hex");
  } finally {
    closeSync(descriptor);
  }
}

async function hashLarge(source: string, stats: FileStats, signal: AbortSignal | undefined): Promise<string> {
  const handle: FileHandle = await open(source, OPEN_FLAGS);
  try {
    checkSame(stats, handle.fd);
    const hash = createHash("sha256");
    const bytes = Buffer.allocUnsafe(CHUNK);
    let length = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) break;
      hash.update(bytes.subarray(0, bytesRead));
      length += bytesRead;
      if (length > stats.size) throw new FileChanged();
    }
    if (length !== stats.size) throw new FileChanged();
    checkSame(stats, handle.fd);
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
