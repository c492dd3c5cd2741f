import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { isImageSpecError } from "@imagespec/core/builder";
import {
  collectBytes,
  digestOf,
  MEDIA_TYPES,
  manifestBytes,
  parseManifest,
  type RegistryRepository,
} from "@imagespec/registry";
import { type PackedRecord, packRecords, unpackRecords } from "./packed-records.ts";
import { isFresh, type RecentAnswer } from "./recent-answer.ts";

/** The kinds of records that follow from their keys alone, on whatever machine. */
const LASTING: ReadonlySet<string> = new Set([
  "apt-layers",
  "base-layers",
  "base-systems",
  "compilers",
  "conda-packages",
  "deb-contents",
  "host-compilers",
  "layers",
  "wheel-files",
  "wheel-sizes",
]);
/** The kinds of records that count for some minutes, as on the machine that made them. */
const RECENT: ReadonlySet<string> = new Set([
  "listed-pythons",
  "recent-apt-resolutions",
  "recent-conda-solutions",
  "recent-resolutions",
]);
const RECORDS_TYPE = "application/vnd.imagespec.records.v1+gzip";
const EMPTY = { mediaType: "application/vnd.oci.empty.v1+json", bytes: Buffer.from("{}") };
/** The most bytes of a registry's records that are read. */
const LARGEST = 64 * 1024 * 1024;

/** Where an image's records are kept in a registry. */
export interface RegistryRecordsOptions {
  repository: RegistryRepository;
  /** Path of the image below its registry. */
  image: string;
  /** Those that are built, as in `linux/amd64`: each has a tag of its own. */
  platforms: readonly string[];
  signal: AbortSignal;
  warn(message: string, hint?: string): void;
}

/**
 * Records that machines share through a repository: under a tag for each image name and platform, what the last builds
 * knew of bases and packages, and which layers came of them. A repository that cannot be read or written is warned of.
 */
export class RegistryRecords {
  readonly #options: RegistryRecordsOptions;
  readonly #tags: readonly string[];
  /** Of the build that is under way. */
  readonly #used = new Map<string, unknown>();
  /** By tag; undefined where the repository could not be read. */
  readonly #found: Promise<Map<string, Map<string, unknown>> | undefined>;

  constructor(options: RegistryRecordsOptions) {
    this.#options = options;
    this.#tags = options.platforms.map((platform) => recordsTag(options.image, platform));
    this.#found = this.#read();
    // Whoever asks for records learns of it.
    this.#found.catch(() => {});
  }

  /** What the repository knew when the build began; undefined where it knew nothing. */
  async get(kind: string, of: string): Promise<unknown> {
    if (!LASTING.has(kind) && !RECENT.has(kind)) return undefined;
    for (const records of (await this.#found)?.values() ?? []) {
      const value = records.get(of);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Notes what the build has found out or made use of, for {@link save}. */
  use(kind: string, of: string, value: unknown): void {
    if (LASTING.has(kind) || (RECENT.has(kind) && hasPlainAddresses(value))) this.#used.set(of, value);
  }

  /** Writes what the build made use of, and behind it what was there, under each tag that lacks some of it. */
  async save(): Promise<void> {
    const found = await this.#found;
    if (found === undefined) return;
    const used = [...this.#used];
    try {
      for (const [tag, records] of found) {
        if (used.every(([of, value]) => says(records.get(of), of, value))) continue;
        const kept = [...records].filter(([of]) => !this.#used.has(of) && !RECENT.has(kindOf(of)));
        const all = new Map([...used, ...kept]);
        await this.#write(
          tag,
          [...all].map(([of, value]): PackedRecord => ({ of, value })),
        );
      }
    } catch (error) {
      this.#refuse("written", error);
    }
  }

  async #read(): Promise<Map<string, Map<string, unknown>> | undefined> {
    try {
      const found = await Promise.all(this.#tags.map((tag) => this.#readTag(tag)));
      return new Map(this.#tags.map((tag, at) => [tag, found[at] ?? new Map()]));
    } catch (error) {
      this.#refuse("read", error);
      return undefined;
    }
  }

  async #readTag(tag: string): Promise<Map<string, unknown>> {
    const { repository, signal, warn } = this.#options;
    const manifest = await repository.findManifest(tag, { signal });
    if (manifest === undefined) return new Map();
    const subject = `${repository.name}:${tag}`;
    const document = parseManifest(manifest, subject);
    const [layer] = document.kind === "manifest" ? document.layers : [];
    const bytes =
      layer?.mediaType === RECORDS_TYPE
        ? await collectBytes(repository.getBlob(layer, { signal }), LARGEST, subject)
        : undefined;
    const records = bytes && (await unpackRecords(bytes));
    if (records === undefined) warn(`${subject} holds no records of this builder, and is overwritten`);
    return new Map(records?.map(({ of, value }) => [of, value]));
  }

  async #write(tag: string, records: readonly PackedRecord[]): Promise<void> {
    const { repository, signal } = this.#options;
    const blobs = [EMPTY, { mediaType: RECORDS_TYPE, bytes: await packRecords(records) }].map(
      ({ mediaType, bytes }) => ({ bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } }),
    );
    for (const { descriptor, bytes } of blobs)
      await repository.putBlob(descriptor, () => Readable.from([bytes]), { signal });
    const mediaType = MEDIA_TYPES.ociManifest;
    const [config, layer] = blobs.map(({ descriptor }) => descriptor);
    const manifest = { schemaVersion: 2, mediaType, artifactType: RECORDS_TYPE, config, layers: [layer] };
    await repository.putManifest(manifestBytes(manifest), { tag, signal });
  }

  /** A build does without; but one that is cancelled ends. */
  #refuse(what: string, error: unknown): void {
    const { repository, signal, warn } = this.#options;
    signal.throwIfAborted();
    const hint = isImageSpecError(error) ? error.hint : undefined;
    warn(`The cache repository ${repository.name} cannot be ${what}: ${(error as Error).message}`, hint);
  }
}

/** The kind of a record, by what it is of. */
function kindOf(of: string): string {
  const [kind] = JSON.parse(of) as [string, unknown];
  return kind;
}

/** Whether a value is known already. Of an answer that counts for some minutes, its time makes no difference. */
function says(known: unknown, of: string, value: unknown): boolean {
  // Most values were taken from there; their texts have megabytes.
  if (known === value) return true;
  if (known === undefined || !RECENT.has(kindOf(of))) return JSON.stringify(known) === JSON.stringify(value);
  const [before, now] = [known, value] as [RecentAnswer<unknown>, RecentAnswer<unknown>];
  return isFresh(before) && JSON.stringify(before.answer) === JSON.stringify(now.answer);
}

/** Whether no address in a record has a login or a query: an index may sign the addresses that it gives. */
function hasPlainAddresses(value: unknown): boolean {
  return !/:\/\/[^"\\]*[?@]/.test(JSON.stringify(value));
}

/** Legible, and its own for each name: `team-app-linux-amd64-0a1b2c3d4e5f`. */
function recordsTag(image: string, platform: string): string {
  const legible = `${image.slice(-64)}-${platform}`.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return `${legible}-${createHash("sha256").update(image).digest("hex").slice(0, 12)}`;
}
