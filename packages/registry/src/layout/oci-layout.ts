import { existsSync } from "node:fs";
import { readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkedDigest, digestOf, matchesDigest } from "../digest/digest.ts";
import { verifyStream } from "../digest/verify-stream.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import { makeFolder } from "../file/make-folder.ts";
import { FileRefused, readRegularFile } from "../file/read-regular-file.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { descriptorOf, openBytes } from "../image/manifest-bytes.ts";
import { ownMediaType } from "../image/own-media-type.ts";
import {
  type IndexDocument,
  MAX_MANIFEST_BYTES,
  type ManifestDocument,
  parseManifest,
} from "../image/parse-manifest.ts";
import type { CallOptions, ImageSink, ImageSource, ManifestBytes, OpenBlob, ReadBlobOptions } from "../image/store.ts";
import { PieceMemory } from "../pieces/piece-memory.ts";
import { readPieces } from "../pieces/read-pieces.ts";
import { sweepDrafts } from "../process/draft.ts";
import { isDigest } from "../reference/reference-grammar.ts";
import { withFileLock } from "./file-lock.ts";
import { isIntact, listedDigests } from "./layout-blobs.ts";
import { orWriteFault } from "./write-fault.ts";
import { writeWhole } from "./write-file.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
const WRITE_AGAIN = "Write the layout again.";
const LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/**
 * A folder in OCI image layout (OCI image-spec, image-layout.md): images are read from it and written to it. Files
 * appear whole or not at all; a tag is an `org.opencontainers.image.ref.name` in index.json.
 */
export class OciLayout implements ImageSource, ImageSink {
  /** `oci:PATH`. */
  readonly name: string;
  readonly folder: string;
  readonly checksBlobs = true;
  readonly memory = new PieceMemory();
  /** Whether an existing blob has the right bytes, by digest. */
  readonly #right = new Map<string, Promise<boolean>>();
  /** Written by this object, and listed by no tag yet. */
  readonly #unlisted = new Set<string>();
  #ready: Promise<void> | undefined;
  /** This object made the folder. */
  #made = false;

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.name = `oci:${folder}`;
  }

  /** What index.json lists. @throws ImageSpecError E_INPUT_FILE when the folder is not a layout. */
  async entries(): Promise<Descriptor[]> {
    return (await this.#index()).manifests;
  }

  /**
   * The entry under a tag or digest; without one, the only entry there is.
   *
   * @throws ImageSpecError E_INPUT_FILE that lists the tags.
   */
  async root(tagOrDigest?: string): Promise<Descriptor> {
    const entries = await this.entries();
    const found =
      tagOrDigest === undefined
        ? entries
        : entries.filter(({ digest, annotations }) => [digest, annotations?.[REF_NAME]].includes(tagOrDigest));
    const [first] = found;
    if (first !== undefined && new Set(found.map(({ digest }) => digest)).size === 1) return first;
    const tags = entries.map(({ digest, annotations }) => annotations?.[REF_NAME] ?? digest).join(", ");
    const what = tagOrDigest === undefined ? `holds ${entries.length} images` : `has no ${tagOrDigest}`;
    throw new ImageSpecError("E_INPUT_FILE", `${this.name} ${what}; it lists ${tags || "nothing"}`, {
      hint: "Name one of the tags it lists, or write the layout again.",
    });
  }

  async getManifest(tagOrDigest: string, _options: CallOptions = {}): Promise<ManifestBytes> {
    const entry = isDigest(tagOrDigest) ? undefined : await this.root(tagOrDigest);
    const digest = entry?.digest ?? tagOrDigest;
    const path = this.#blobPath(digest);
    const size = (await this.#stat(path, digest)).size;
    if (size > MAX_MANIFEST_BYTES) throw this.#broken(`: ${digest} is larger than a manifest may be`);
    const bytes = await readFile(path);
    if (!matchesDigest(bytes, digest)) {
      throw new ImageSpecError("E_DIGEST_MISMATCH", `${path} is ${digestOf(bytes)}`, {
        hint: WRITE_AGAIN,
      });
    }
    return { bytes, digest, mediaType: entry?.mediaType ?? ownMediaType(bytes) };
  }

  async *getBlob(descriptor: Descriptor, options: ReadBlobOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const path = this.#blobPath(descriptor.digest);
    await this.#stat(path, descriptor.digest);
    const { signal, memory } = options;
    const content = readPieces(path, { signal, memory, size: descriptor.size });
    yield* options.unchecked ? content : verifyStream(content, descriptor, path, WRITE_AGAIN);
  }

  /** True when the blob is there and has the right bytes: what an earlier run or another tool left is read once. */
  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    const { digest, size } = descriptor;
    const path = this.#blobPath(digest);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true || found.size !== size) return false;
    const known = this.#right.get(digest) ?? isIntact(path, descriptor);
    this.#right.set(digest, known);
    if (await known) return true;
    this.#right.delete(digest);
    return false;
  }

  /** @throws ImageSpecError E_OUTPUT when it cannot be written or something else is there, E_DIGEST_MISMATCH. */
  async putBlob(descriptor: Descriptor, openBlob: OpenBlob, options: CallOptions = {}): Promise<void> {
    this.#ready ??= this.#prepare();
    await this.#ready;
    if (await this.hasBlob(descriptor)) return;
    options.signal?.throwIfAborted();
    const path = this.#blobPath(descriptor.digest);
    await this.#write(path, verifyStream(openBlob(), descriptor, this.name));
    this.#right.set(descriptor.digest, Promise.resolve(true));
    this.#unlisted.add(descriptor.digest);
  }

  /** @throws ImageSpecError E_OUTPUT, also when a blob of the image was removed meanwhile; E_DIGEST_MISMATCH. */
  async putManifest(manifest: ManifestBytes, options: CallOptions & { tag?: string | undefined } = {}): Promise<void> {
    const descriptor = descriptorOf(manifest);
    await this.putBlob(descriptor, openBytes(manifest.bytes));
    const { tag, signal } = options;
    if (tag === undefined) return;
    await this.#locked((confirm) => this.#list(descriptor, tag, confirm), signal);
    this.#unlisted.clear();
  }

  /**
   * Removes what this object wrote and no tag lists: after a failure nothing is left of the image. What another process
   * listed meanwhile stays.
   */
  async discard(): Promise<void> {
    // On a full disk even the lock cannot be written, and removing these files is what makes room.
    if (this.#unlisted.size > 0) await this.#locked(() => this.#forget(), undefined).catch(() => this.#forget());
    if (!this.#made) return;
    for (const path of ["blobs/sha256", "blobs/sha384", "blobs/sha512", "blobs", "."]) {
      await rmdir(join(this.folder, path)).catch(() => undefined);
    }
  }

  async #forget(): Promise<void> {
    const listed = await listedDigests(this, await this.#listed());
    for (const digest of this.#unlisted) {
      if (!listed.has(digest)) await rm(this.#blobPath(digest), { force: true });
    }
    this.#unlisted.clear();
    this.#right.clear();
  }

  #locked<T>(work: (confirm: () => Promise<void>) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const path = join(this.folder, "index.json.lock");
    return orWriteFault(withFileLock(path, work, { signal }), this.name).catch((error: unknown) => {
      if (!(error instanceof FileRefused)) throw error;
      throw new ImageSpecError("E_OUTPUT", `${this.name} cannot be locked: ${path} ${error.message}`, {
        hint: "Name another folder, or remove what is there.",
        cause: error,
        details: { path },
      });
    });
  }

  /** Refuses a folder that holds something else, before anything is written; removes what killed runs left. */
  async #prepare(): Promise<void> {
    this.#made = (await orWriteFault(makeFolder(this.folder), this.name)) !== undefined;
    await this.#listed();
    await sweepDrafts(this.folder);
    for (const algorithm of await readdir(join(this.folder, "blobs")).catch(() => [])) {
      await sweepDrafts(join(this.folder, "blobs", algorithm), { ours: true });
    }
  }

  /**
   * The entries of index.json; none where there is no such file.
   *
   * @throws ImageSpecError E_OUTPUT when it is not an index.
   */
  async #listed(): Promise<Descriptor[]> {
    if (!existsSync(join(this.folder, "index.json"))) return [];
    return this.entries().catch((cause: unknown) => {
      throw new ImageSpecError("E_OUTPUT", `${this.name} holds an index.json that is not an OCI image index`, {
        hint: "Name another folder, or remove what is there.",
        cause,
        details: { path: this.folder },
      });
    });
  }

  async #list(descriptor: Descriptor, tag: string, confirm: () => Promise<void>): Promise<void> {
    const path = join(this.folder, "index.json");
    const listed = await this.#listed();
    const others = listed.filter(({ annotations }) => annotations?.[REF_NAME] !== tag);
    const entry = { ...descriptor, annotations: { [REF_NAME]: tag } };
    const document = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [...others, entry] };
    // A failed process may have removed blobs that it wrote and that this one had found.
    for (const digest of await listedDigests(this, [entry]))
      await this.#stat(this.#blobPath(digest), digest, "E_OUTPUT");
    await this.#write(join(this.folder, "oci-layout"), [Buffer.from(LAYOUT)]);
    await this.#write(path, [Buffer.from(`${JSON.stringify(document)}\n`)], confirm);
  }

  #write(
    path: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    confirm?: () => Promise<void>,
  ): Promise<void> {
    return orWriteFault(writeWhole(path, content, { confirm, memory: this.memory }), this.name);
  }

  async #index(): Promise<IndexDocument> {
    const path = join(this.folder, "index.json");
    const bytes = await readRegularFile(path, MAX_MANIFEST_BYTES).catch((cause: unknown) => {
      throw new ImageSpecError("E_INPUT_FILE", `${this.name} is not an OCI layout: ${path} cannot be read`, {
        hint: "Name a folder that holds oci-layout, index.json and blobs.",
        cause,
      });
    });
    const document = readIndex(bytes, path);
    if (document.kind !== "index") throw this.#broken(": index.json is not an index");
    return document;
  }

  #blobPath(digest: string): string {
    const [algorithm = "", hex = ""] = checkedDigest(digest, this.name).split(":");
    return join(this.folder, "blobs", algorithm, hex);
  }

  async #stat(path: string, digest: string, code?: "E_INPUT_FILE" | "E_OUTPUT"): Promise<{ size: number }> {
    const stats = await stat(path).catch((cause: unknown) => {
      throw this.#broken(` lacks ${digest}`, { code, cause });
    });
    if (stats.isFile()) return stats;
    throw this.#broken(`: ${digest} is not a file`, { code });
  }

  #broken(
    what: string,
    { code = "E_INPUT_FILE", cause }: { code?: "E_INPUT_FILE" | "E_OUTPUT" | undefined; cause?: unknown } = {},
  ): ImageSpecError {
    return new ImageSpecError(code, this.name + what, { hint: WRITE_AGAIN, cause });
  }
}

function readIndex(bytes: Uint8Array, path: string): IndexDocument | ManifestDocument {
  try {
    return parseManifest({ bytes, digest: digestOf(bytes), mediaType: MEDIA_TYPES.ociIndex }, path);
  } catch (cause) {
    if (!isImageSpecError(cause, "E_REGISTRY")) throw cause;
    throw new ImageSpecError("E_INPUT_FILE", cause.message, { hint: WRITE_AGAIN, cause });
  }
}
