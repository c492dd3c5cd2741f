import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { READ_FLAGS_WITHOUT_LINKS } from "@imagespec/registry/terms";
import { replaceFile } from "../process/replace-file.ts";
import type { FileStats } from "./file-stats.ts";
import { areTelling } from "./file-times.ts";
import { pathKey, StatIndex } from "./stat-index.ts";

/**
 * Remembers the hashes of a tree's files, so that unchanged ones need not be read again. An entry counts only while
 * size, times and inode are the same, and only if the file was older than the cache itself: one that changed while the
 * cache was written could change once more without a change of its times (git's index has the same rule). It does not
 * count either on file systems that keep no times of their own.
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
    if (!areTelling(stats, written)) return undefined;
    const place = index.find(key, stats);
    if (place === undefined) return undefined;
    this.#used[place] = 1;
    return index.sha256(place);
  }

  /** Remembers a hash taken of a file with these stats, unless its times cannot tell it from its next version. */
  set(path: string, stats: FileStats, sha256: string): void {
    this.#changed = true;
    if (!areTelling(stats, Date.now())) return;
    this.#taken.add({ key: pathKey(path), stats, sha256 });
  }

  /**
   * Copies size, mtime, ctime and inode that a file had with this content, as sure as what `get` says; false where it
   * was not met since the cache was opened.
   */
  copyStats(path: string, sha256: string, target: Float64Array, at: number): boolean {
    const key = pathKey(path);
    const { index } = this.#known;
    const taken = this.#taken.findContent(key, sha256, () => true);
    const place = taken ?? index.findContent(key, sha256, (place) => this.#used[place] === 1);
    if (place === undefined) return false;
    (taken === undefined ? index : this.#taken).copyStats(place, target, at);
    return true;
  }

  /** Takes all that it knows as used. */
  keepAll(): void {
    this.#used.fill(1);
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
