import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry";
import type { InputFaults } from "./input-faults.ts";
import type { StatCache } from "./stat-cache.ts";

/** Should a file have become a link or a pipe since it was listed: links are not followed, and pipes do not block. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Up to here a file is read in one go, which costs less than the calls that reading it in pieces would take. */
const SMALL = 128 * 1024;
const CHUNK = 1024 * 1024;
const LARGE_AT_ONCE = 4;

export interface HashableFile {
  absolute: string;
  stats: BigIntStats;
}

export interface HashOptions {
  cache: StatCache;
  parameter: string;
  faults: InputFaults;
  signal?: AbortSignal | undefined;
}

/**
 * The sha256 of each file, by absolute path, and the stats it belongs to. At most a few MiB are held at a time.
 * A file that changes while it is read is read once more, then it is E_FILE_CHANGED.
 */
export async function hashFiles(
  files: readonly HashableFile[],
  options: HashOptions,
): Promise<Map<string, { sha256: string; stats: BigIntStats }>> {
  const result = new Map<string, { sha256: string; stats: BigIntStats }>();
  const large: HashableFile[] = [];
  let work = 0;
  const keep = async (file: HashableFile, hash: (file: HashableFile) => string | Promise<string>) => {
    try {
      const hashed = await hashTwice(file, hash);
      options.cache.set(file.absolute, hashed.stats, hashed.sha256);
      result.set(file.absolute, hashed);
    } catch (error) {
      if (error instanceof ImageSpecError || options.signal?.aborted) throw error;
      options.faults.addSystem(options.parameter, file.absolute, error);
    }
  };
  for (const file of files) {
    const sha256 = options.cache.get(file.absolute, file.stats);
    if (sha256 !== undefined) result.set(file.absolute, { sha256, stats: file.stats });
    else if (file.stats.size > SMALL) large.push(file);
    else {
      await keep(file, hashSmall);
      if (++work % 64 === 0) {
        options.signal?.throwIfAborted();
        await setImmediate();
      }
    }
  }
  const left = large.values();
  const hashLeft = async () => {
    for (const file of left) await keep(file, (one) => hashLarge(one, options.signal));
  };
  await Promise.all(Array.from({ length: LARGE_AT_ONCE }, hashLeft));
  return result;
}

async function hashTwice(file: HashableFile, hash: (file: HashableFile) => string | Promise<string>) {
  try {
    return { sha256: await hash(file), stats: file.stats };
  } catch (error) {
    if (!(error instanceof FileChanged)) throw error;
  }
  const stats = lstatSync(file.absolute, { bigint: true });
  try {
    return { sha256: await hash({ ...file, stats }), stats };
  } catch (error) {
    if (!(error instanceof FileChanged)) throw error;
    throw new ImageSpecError("E_FILE_CHANGED", `'${file.absolute}' changes while it is read`, {
      hint: "Wait until nothing writes to it, or leave it out with an ignore file.",
    });
  }
}

class FileChanged extends Error {}

function checkSame(before: BigIntStats, now: BigIntStats): void {
  const isSame =
    now.isFile() &&
    now.ino === before.ino &&
    now.size === before.size &&
    now.mtimeNs === before.mtimeNs &&
    now.ctimeNs === before.ctimeNs;
  if (!isSame) throw new FileChanged();
}

function hashSmall({ absolute, stats }: HashableFile): string {
  const descriptor = openSync(absolute, OPEN_FLAGS);
  try {
    checkSame(stats, fstatSync(descriptor, { bigint: true }));
    const bytes = Buffer.allocUnsafe(Number(stats.size) + 1);
    let length = 0;
    for (let read = -1; read !== 0; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (BigInt(length) !== stats.size) throw new FileChanged();
    checkSame(stats, fstatSync(descriptor, { bigint: true }));
    return createHash("sha256").update(bytes.subarray(0, length)).digest("hex");
  } finally {
    closeSync(descriptor);
  }
}

async function hashLarge({ absolute, stats }: HashableFile, signal: AbortSignal | undefined): Promise<string> {
  const handle: FileHandle = await open(absolute, OPEN_FLAGS);
  try {
    checkSame(stats, await handle.stat({ bigint: true }));
    const hash = createHash("sha256");
    const bytes = Buffer.allocUnsafe(CHUNK);
    let length = 0n;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) break;
      hash.update(bytes.subarray(0, bytesRead));
      length += BigInt(bytesRead);
      if (length > stats.size) throw new FileChanged();
    }
    if (length !== stats.size) throw new FileChanged();
    checkSame(stats, await handle.stat({ bigint: true }));
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}
