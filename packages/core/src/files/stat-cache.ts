import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import { replaceFile } from "../process/replace-file.ts";
import type { FileStats } from "./file-stats.ts";
import { pathKey, StatIndex } from "./stat-index.ts";

/**
 * Resolutions of file system clocks that are coarser than {@link LEAST_GRANULARITY}, in milliseconds: FAT's two
 * seconds, whole seconds, slow ticks.
 */
const GRANULARITIES = [2000, 1000, 100] as const;
/** The kernel advances even a nanosecond clock only at each tick of its timer. */
const LEAST_GRANULARITY = 50;

/**
 * How far apart two changes of a file may be and still leave the same time. A time that is a multiple of a coarse unit
 * is taken to come from a clock of that resolution; a fine clock shows such a time about once in a thousand.
 */
function granularityOf(time: number): number {
  return GRANULARITIES.find((unit) => time % unit === 0) ?? LEAST_GRANULARITY;
}

/**
 * Remembers the hashes of a tree's files, so that unchanged ones need not be read again. An entry counts only while
 * size, times and inode are the same, and only if the file was older than the cache itself: one that changed while the
 * cache was written could change once more without a change of its times (git's index has the same rule). It does not
 * count either on file systems that keep no times of their own, see {@link isOfOneTime}.
 */
export class StatCache {
  readonly #file: string;
  readonly #known: Known;
  /** Marks the entries of `known` that are used. */
  readonly #used: Uint8Array;
  /** Hashes that were taken now, which are asked for again where a file is shipped to several places. */
  readonly #taken = new StatIndex();
  #changed = false;

  private constructor(file: string, known: Known) {
    this.#file = file;
    this.#known = known;
    this.#used = new Uint8Array(known.index.count);
  }

  /** Opens the cache of one tree, by a name that says which. A missing or broken one is empty. */
  static async open(cacheFolder: string, tree: string): Promise<StatCache> {
    const file = join(cacheFolder, "stat", createHash("sha256").update(tree).digest("hex").slice(0, 32));
    return new StatCache(file, await readIndex(file));
  }

  /** The file's sha256, when it is known and nothing says the file has changed. */
  get(path: string, stats: FileStats): string | undefined {
    const key = pathKey(path);
    const taken = this.#taken.find(key, stats);
    if (taken !== undefined) return this.#taken.sha256(taken);
    const { index, written } = this.#known;
    if (isYoung(stats, written) || isOfOneTime(stats)) return undefined;
    const place = index.find(key, stats);
    if (place === undefined) return undefined;
    this.#used[place] = 1;
    return index.sha256(place);
  }

  /** Remembers a hash taken of a file with these stats, unless its times cannot tell it from its next version. */
  set(path: string, stats: FileStats, sha256: string): void {
    this.#changed = true;
    if (isYoung(stats, Date.now()) || isOfOneTime(stats)) return;
    this.#taken.add({ key: pathKey(path), stats, sha256 });
  }

  /** Writes the entries used since it was opened. A cache that cannot be written is skipped. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const pieces = this.#known.index.merge(this.#places(), this.#taken);
    await replaceFile(this.#file, pieces).catch(() => {});
  }

  /** Ends its use, and gives its memory back before more is made of what was hashed: a tag needs as much again. */
  release(): void {
    this.#known.index.release();
    this.#taken.release();
  }

  *#places(): Generator<number> {
    for (const [place, isUsed] of this.#used.entries()) if (isUsed === 1) yield place;
  }
}

/** What was read. */
interface Known {
  index: StatIndex;
  /** When it was written, in milliseconds by the file system's clock. */
  written: number;
}

/** Whether a file changed so shortly before a moment that it may change again while its times stay the same. */
function isYoung({ mtime, ctime }: FileStats, moment: number): boolean {
  return mtime + granularityOf(mtime) >= moment || ctime + granularityOf(ctime) >= moment;
}

/**
 * Whether a file shows one whole second as all of its times. So do all files of a file system that stores a single time
 * and is never written to, such as squashfs, erofs and ISO 9660: of two such images of one build, with the times that
 * SOURCE_DATE_EPOCH sets, a file has the same inode and times whatever its content, and the other image may be mounted
 * in its place. A file that was written elsewhere shows this only until it is first read.
 */
function isOfOneTime({ mtime, ctime, atime }: FileStats): boolean {
  return mtime === ctime && mtime === atime && mtime % 1000 === 0;
}

async function readIndex(file: string): Promise<Known> {
  try {
    const handle = await open(file, READ_FLAGS_WITHOUT_LINKS);
    try {
      // Of the file that is read: another process may replace it in between.
      const { mtimeMs } = await handle.stat();
      return { index: StatIndex.of(await handle.readFile()), written: Math.floor(mtimeMs) };
    } finally {
      await handle.close();
    }
  } catch {
    return { index: new StatIndex(), written: 0 };
  }
}
