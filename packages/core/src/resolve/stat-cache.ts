import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../process/replace-file.ts";

/** Resolutions of file system clocks coarser than a nanosecond: FAT's two seconds, whole seconds, kernel ticks. */
const GRANULARITIES = [2_000_000_000n, 1_000_000_000n, 100_000_000n, 10_000_000n, 1_000_000n] as const;
/** The kernel advances even a nanosecond clock only at each tick of its timer. */
const LEAST_GRANULARITY = 50_000_000n;

/**
 * How far apart two changes of a file may be and still leave the same time. A time that is a multiple of a coarse unit is
 * taken to come from a clock of that resolution; a fine clock shows such a time about once in a thousand.
 */
function granularityOf(time: bigint): bigint {
  const coarse = GRANULARITIES.find((unit) => time % unit === 0n);
  return coarse === undefined || coarse < LEAST_GRANULARITY ? LEAST_GRANULARITY : coarse;
}

/**
 * Remembers the hashes of a tree's files, so that unchanged ones need not be read again. An entry counts only while
 * size, times and inode are the same, and only if the file was older than the cache itself: one that changed while
 * the cache was written could change once more without a change of its times (git's index has the same rule).
 */
export class StatCache {
  readonly #file: string;
  readonly #known: Known;
  readonly #seen = new Map<string, string>();
  #changed = false;

  private constructor(file: string, known: Known) {
    this.#file = file;
    this.#known = known;
  }

  /** Opens the cache of one tree, by a name that says which. A missing or broken one is empty. */
  static async open(cacheFolder: string, tree: string): Promise<StatCache> {
    const file = join(cacheFolder, "stat", `${createHash("sha256").update(tree).digest("hex").slice(0, 32)}.json`);
    return new StatCache(file, await readEntries(file));
  }

  /** The file's sha256, when it is known and nothing says the file has changed. */
  get(path: string, stats: BigIntStats): string | undefined {
    const { entries, written } = this.#known;
    const entry = entries.get(path);
    if (typeof entry !== "string" || isYoung(stats, written)) return undefined;
    const form = formOf(stats);
    if (!entry.startsWith(form)) return undefined;
    const sha256 = entry.slice(form.length);
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    this.#seen.set(path, entry);
    return sha256;
  }

  /** Remembers a hash taken of a file with these stats, unless the file is too young to be told from its next version. */
  set(path: string, stats: BigIntStats, sha256: string): void {
    this.#changed = true;
    if (!isYoung(stats, BigInt(Date.now()) * 1_000_000n)) this.#seen.set(path, formOf(stats) + sha256);
  }

  /** Writes the entries used since it was opened. A cache that cannot be written is skipped. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const text = JSON.stringify({ version: 1, entries: Object.fromEntries(this.#seen) });
    await replaceFile(this.#file, text, 0o600, 0o700).catch(() => {});
  }
}

/** What was read: entries by path, each the form of the file's stats and then its sha256. */
interface Known {
  entries: ReadonlyMap<string, unknown>;
  /** When, by the file system's clock. */
  written: bigint;
}

/** Whether a file changed so shortly before a moment that it may change again while its times stay the same. */
function isYoung(stats: BigIntStats, moment: bigint): boolean {
  return [stats.mtimeNs, stats.ctimeNs].some((time) => time + granularityOf(time) >= moment);
}

function formOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} `;
}

async function readEntries(file: string): Promise<Known> {
  const nothing: Known = { entries: new Map(), written: 0n };
  try {
    const { mtimeMs } = await stat(file);
    const data = JSON.parse(await readFile(file, "utf8")) as { version?: unknown; entries?: unknown } | null;
    if (data?.version !== 1 || typeof data.entries !== "object" || data.entries === null) return nothing;
    return { entries: new Map(Object.entries(data.entries)), written: BigInt(Math.floor(mtimeMs)) * 1_000_000n };
  } catch {
    return nothing;
  }
}
