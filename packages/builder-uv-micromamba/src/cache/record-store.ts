import { createHash } from "node:crypto";
import { rmSync, utimesSync } from "node:fs";
import { stat } from "node:fs/promises";
import { canonicalJson } from "@imagespec/core/builder";
import { readOwnFile } from "@imagespec/registry/terms";
import type { CacheFolder } from "./cache-folder.ts";
import { inTurn, type Turns } from "./in-turn.ts";
import { isFresh, type RecentAnswer } from "./recent-answer.ts";
import type { RegistryRecords } from "./registry-records.ts";

/** A record as it is written to disk: what it is about, and what is known about it. */
interface RecordFile {
  of: string;
  value: unknown;
}

/** How something is asked whose answers change, such as an index of packages. */
export interface RecentQuestion<T> {
  force: boolean;
  ask(): Promise<T>;
  kept?: (answer: T) => boolean;
}

/**
 * Small JSON records under a key: which blob a layer is, what a base's layer holds. Each names its subject and carries
 * the hash of its own text; a record that does not match is treated as missing. What this machine lacks is taken from
 * `shared`, where there is one.
 */
export class RecordStore {
  readonly #folder: CacheFolder;
  readonly #shared: RegistryRecords | undefined;
  readonly #turns: Turns;
  readonly #signal: AbortSignal;

  /** `turns` are those of other builds under way, and `signal` ends waiting for them. */
  constructor(
    folder: CacheFolder,
    {
      shared,
      turns = new Map(),
      signal = new AbortController().signal,
    }: { shared?: RegistryRecords | undefined; turns?: Turns; signal?: AbortSignal } = {},
  ) {
    this.#folder = folder;
    this.#shared = shared;
    this.#turns = turns;
    this.#signal = signal;
  }

  /** Whether other machines take what is noted here. */
  get isShared(): boolean {
    return this.#shared !== undefined;
  }

  async get<T>(kind: string, key: unknown): Promise<T | undefined> {
    const of = subject(kind, key);
    const own = this.#read(kind, of);
    if (own !== undefined) {
      this.#shared?.use(kind, of, own);
      return own as T;
    }
    const shared = await this.#shared?.get(kind, of);
    if (shared !== undefined) await this.#write(kind, of, shared);
    return shared as T | undefined;
  }

  /** Synchronous: a build reads dozens of records, and a promise and a thread for each take ten times the reading. */
  #read(kind: string, of: string): unknown {
    const path = this.#path(kind, of);
    const text = orNothing(() => readOwnFile(path));
    if (text === undefined) return undefined;
    const end = text.indexOf("\n");
    const body = text.slice(end + 1);
    const whole = text.slice(0, Math.max(end, 0)) === sha256(body);
    const record = whole ? (JSON.parse(body) as RecordFile) : undefined;
    if (record?.of !== of) {
      rmSync(path, { force: true });
      return undefined;
    }
    const now = new Date();
    orNothing(() => utimesSync(path, now, now));
    return record.value;
  }

  /** Whether there is a record. Its text is not read. */
  async has(kind: string, key: unknown): Promise<boolean> {
    const of = subject(kind, key);
    const isOwn = await stat(this.#path(kind, of)).then(
      () => true,
      () => false,
    );
    return isOwn || (await this.#shared?.get(kind, of)) !== undefined;
  }

  /** @throws ImageSpecError E_CACHE when the disk refuses. */
  set(kind: string, key: unknown, value: unknown): Promise<void> {
    return this.#write(kind, subject(kind, key), value);
  }

  async #write(kind: string, of: string, value: unknown): Promise<void> {
    const body = JSON.stringify({ of, value } satisfies RecordFile);
    // A record that a crash leaves half written does not match its hash.
    await this.#folder.replace(this.#path(kind, of), `${sha256(body)}\n${body}`);
    this.#shared?.use(kind, of, value);
  }

  /**
   * What is known under a key, or else the result of `find`, which is kept. Of several builds at a time only one calls
   * `find`.
   */
  async known<T>(kind: string, key: unknown, find: () => Promise<T>): Promise<T> {
    const known = await this.get<T>(kind, key);
    if (known !== undefined) return known;
    return inTurn(this.#turns, subject(kind, key), this.#signal, async () => {
      const noted = await this.get<T>(kind, key);
      if (noted !== undefined) return noted;
      const found = await find();
      await this.set(kind, key, found);
      return found;
    });
  }

  /**
   * The same for an answer that counts for ten minutes. With `force` it is asked for again; an answer that is not
   * `kept` is asked for each time.
   */
  async recent<T>(kind: string, key: unknown, { force, ask, kept = () => true }: RecentQuestion<T>): Promise<T> {
    const known = force ? undefined : await this.get<RecentAnswer<T>>(kind, key);
    if (known?.answer !== undefined && isFresh(known)) return known.answer;
    const answer = await ask();
    if (kept(answer)) await this.set(kind, key, { at: Date.now(), answer } satisfies RecentAnswer<T>);
    return answer;
  }

  #path(kind: string, of: string): string {
    return this.#folder.path("records", kind, sha256(of));
  }
}

function subject(kind: string, key: unknown): string {
  return canonicalJson([kind, key]);
}

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
