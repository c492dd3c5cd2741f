import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { canonicalJson } from "@imagespec/core/builder";
import { type CacheFolder, cacheError } from "./cache-folder.ts";
import { flushFile } from "./flush-file.ts";

/** One record on disk: what it is of, and what is known of that. */
interface RecordFile {
  of: string;
  value: unknown;
}

/**
 * Small JSON records under a key: which blob a layer is, what a base's layer holds. Each names its subject and carries
 * the hash of its own text; a record that does not match is treated as missing.
 */
export class RecordStore {
  readonly #folder: CacheFolder;

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  async get<T>(kind: string, key: unknown): Promise<T | undefined> {
    const path = this.#path(kind, key);
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const end = text.indexOf("\n");
    const body = text.slice(end + 1);
    const whole = text.slice(0, Math.max(end, 0)) === sha256(body);
    const record = whole ? (JSON.parse(body) as RecordFile) : undefined;
    if (record?.of !== subject(kind, key)) {
      await rm(path, { force: true });
      return undefined;
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => {});
    return record.value as T;
  }

  /** Whether there is one, its text unread. */
  async has(kind: string, key: unknown): Promise<boolean> {
    return stat(this.#path(kind, key)).then(
      () => true,
      () => false,
    );
  }

  /** Throws E_CACHE when the disk refuses. */
  async set(kind: string, key: unknown, value: unknown): Promise<void> {
    const path = this.#path(kind, key);
    const temporary = this.#folder.temporary();
    const body = JSON.stringify({ of: subject(kind, key), value } satisfies RecordFile);
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(temporary, "wx", 0o644);
      try {
        await file.writeFile(`${sha256(body)}\n${body}`);
        await flushFile(file);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw cacheError(path, cause);
    }
  }

  #path(kind: string, key: unknown): string {
    return this.#folder.path("records", kind, sha256(subject(kind, key)));
  }
}

function subject(kind: string, key: unknown): string {
  return canonicalJson([kind, key]);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
