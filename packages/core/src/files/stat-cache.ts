import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
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
  #loaded: Known | undefined;
  /** Hashes that were taken now, which are asked for again where a file is shipped to several places. */
  readonly #taken = new StatIndex();
  #changed = false;
  #keepsAll = false;

  /** The cache of one tree, by a name that says which. A missing or broken one is empty. */
  constructor(cacheFolder: string, tree: string) {
    this.#file = join(cacheFolder, "stat", createHash("sha256").update(tree).digest("hex").slice(0, 32));
  }

  /** Read when it is first asked for: where a list of files is known, nobody asks. */
  get #known(): Known {
    this.#loaded ??= knownIn(this.#file);
    return this.#loaded;
  }

  /** The file's sha256, when it is known and nothing says the file has changed. */
  get(path: string, stats: FileStats): string | undefined {
    const key = pathKey(path);
    const taken = this.#taken.find(key, stats);
    if (taken !== undefined) return this.#taken.sha256(taken);
    const { index, used, written } = this.#known;
    if (!areTelling(stats, written)) return undefined;
    const place = index.find(key, stats);
    if (place === undefined) return undefined;
    used[place] = 1;
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
    const { index, used } = this.#known;
    const taken = this.#taken.findContent(key, sha256, () => true);
    const place = taken ?? index.findContent(key, sha256, (place) => used[place] === 1);
    if (place === undefined) return false;
    (taken === undefined ? index : this.#taken).copyStats(place, target, at);
    return true;
  }

  /** Has `save` write all that it knows. */
  keepAll(): void {
    this.#keepsAll = true;
  }

  /** Writes the entries used since it was opened. A cache that cannot be written is skipped. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const pieces = this.#known.index.merge(this.#places(), this.#taken);
    await replaceFile(this.#file, pieces).catch(() => {});
  }

  /** Ends its use, and gives its memory back before more is made of what was hashed: a tag needs as much again. */
  release(): void {
    this.#loaded?.index.release();
    this.#loaded ??= nothing();
    this.#taken.release();
  }

  *#places(): Generator<number> {
    for (const [place, isUsed] of this.#known.used.entries()) if (isUsed === 1 || this.#keepsAll) yield place;
  }
}

/** What was read. */
interface Known {
  index: StatIndex;
  /** Marks its entries that are used. */
  used: Uint8Array;
  /** When it was written, in milliseconds by the file system's clock. */
  written: number;
}

function knownIn(file: string): Known {
  try {
    const descriptor = openSync(file, READ_FLAGS_WITHOUT_LINKS);
    try {
      // Of the file that is read: another process may replace it in between.
      const { mtimeMs } = fstatSync(descriptor);
      const index = StatIndex.of(readFileSync(descriptor));
      return { index, used: new Uint8Array(index.count), written: Math.floor(mtimeMs) };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return nothing();
  }
}

function nothing(): Known {
  return { index: new StatIndex(), used: new Uint8Array(0), written: 0 };
}
