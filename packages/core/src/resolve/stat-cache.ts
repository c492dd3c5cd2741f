import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** `[size, mtime ns, ctime ns, inode, sha256]`, numbers as decimal text. */
type Entry = [size: string, mtime: string, ctime: string, inode: string, sha256: string];

/** A file changed this short before it was hashed may change again within one tick of the file system's clock. */
const RACY_NANOSECONDS = 50_000_000n;

/**
 * Remembers the hashes of a tree's files, so that unchanged ones need not be read again. An entry counts only while
 * size, times and inode are the same, and only if the file was older than the cache itself: one that changed while
 * the cache was written could change once more without its times telling (git's index has the same rule).
 */
export class StatCache {
  readonly #file: string;
  readonly #known: ReadonlyMap<string, Entry>;
  readonly #seen = new Map<string, Entry>();
  #changed = false;

  private constructor(file: string, known: ReadonlyMap<string, Entry>) {
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
    const entry = this.#known.get(path);
    if (!entry) return undefined;
    const [size, mtime, ctime, inode, sha256] = entry;
    const now = entryOf(stats, sha256);
    if (size !== now[0] || mtime !== now[1] || ctime !== now[2] || inode !== now[3]) return undefined;
    this.#seen.set(path, entry);
    return sha256;
  }

  /** Remembers a hash taken of a file with these stats, unless the file is too young to be told from its next version. */
  set(path: string, stats: BigIntStats, sha256: string): void {
    this.#changed = true;
    const youngest = BigInt(Date.now()) * 1_000_000n - RACY_NANOSECONDS;
    if (stats.mtimeNs < youngest && stats.ctimeNs < youngest) this.#seen.set(path, entryOf(stats, sha256));
  }

  /** Writes the entries used since it was opened. A cache that cannot be written is done without. */
  async save(): Promise<void> {
    if (!this.#changed && this.#seen.size === this.#known.size) return;
    const draft = `${this.#file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    try {
      await mkdir(join(this.#file, ".."), { recursive: true, mode: 0o700 });
      await writeFile(draft, JSON.stringify({ version: 1, entries: Object.fromEntries(this.#seen) }), { mode: 0o600 });
      await rename(draft, this.#file);
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }
}

function entryOf(stats: BigIntStats, sha256: string): Entry {
  return [String(stats.size), String(stats.mtimeNs), String(stats.ctimeNs), String(stats.ino), sha256];
}

async function readEntries(file: string): Promise<ReadonlyMap<string, Entry>> {
  try {
    const { mtimeMs } = await stat(file);
    const written = BigInt(Math.floor(mtimeMs)) * 1_000_000n;
    const data = JSON.parse(await readFile(file, "utf8")) as { version?: unknown; entries?: Record<string, unknown> };
    if (data.version !== 1) return new Map();
    const entries = Object.entries(data.entries ?? {}).filter((pair): pair is [string, Entry] => isEntry(pair[1]));
    return new Map(entries.filter(([, [, mtime, ctime]]) => BigInt(mtime) < written && BigInt(ctime) < written));
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value) || value.length !== 5) return false;
  const [sha256, ...numbers] = [...value].reverse();
  return (
    /^[0-9a-f]{64}$/.test(String(sha256)) &&
    numbers.every((number) => typeof number === "string" && /^\d+$/.test(number))
  );
}
