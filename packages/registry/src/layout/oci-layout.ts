import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { checkedDigest, digestOf, matchesDigest } from "../digest/digest.ts";
import { verifyStream } from "../digest/verify-stream.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { type IndexDocument, MAX_MANIFEST_BYTES, parseManifest } from "../image/parse-manifest.ts";
import type { CallOptions, ImageSink, ImageSource, ManifestBytes, OpenBlob, ReadBlobOptions } from "../image/store.ts";
import { isDigest } from "../reference/reference-grammar.ts";
import { writeFault } from "./write-fault.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
/** Bytes read or written at a time: few calls, little memory. */
const PIECE_BYTES = 512 * 1024;
const LAYOUT = '{"imageLayoutVersion":"1.0.0"}';

/**
 * A folder in OCI image layout (OCI image-spec, image-layout.md): images are read from it and written to it. Files appear
 * whole or not at all; a tag is an `org.opencontainers.image.ref.name` in index.json.
 */
export class OciLayout implements ImageSource, ImageSink {
  /** `oci:PATH`. */
  readonly name: string;
  readonly folder: string;
  readonly checksBlobs = true;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.name = `oci:${folder}`;
  }

  /** What index.json lists. Throws E_INPUT_FILE when the folder is no layout. */
  async entries(): Promise<Descriptor[]> {
    return (await this.#index()).manifests;
  }

  /** The entry under a tag or digest; without one, the only entry there is. Throws E_INPUT_FILE that lists the tags. */
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
      hint: "Name one of those it lists, or write the layout again.",
    });
  }

  async getManifest(tagOrDigest: string, _options: CallOptions = {}): Promise<ManifestBytes> {
    const entry = isDigest(tagOrDigest) ? undefined : await this.root(tagOrDigest);
    const digest = entry?.digest ?? tagOrDigest;
    const path = this.#blobPath(digest);
    const size = (await this.#stat(path, digest)).size;
    if (size > MAX_MANIFEST_BYTES) throw this.#broken(`${digest} is larger than a manifest may be`);
    const bytes = await readFile(path);
    if (!matchesDigest(bytes, digest)) {
      throw new ImageSpecError("E_DIGEST_MISMATCH", `${path} is ${digestOf(bytes)}`, {
        hint: "Write the layout again.",
      });
    }
    return { bytes, digest, mediaType: entry?.mediaType ?? mediaTypeOf(bytes) };
  }

  async *getBlob(descriptor: Descriptor, options: ReadBlobOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const path = this.#blobPath(descriptor.digest);
    await this.#stat(path, descriptor.digest);
    const content = createReadStream(path, { highWaterMark: PIECE_BYTES, signal: options.signal });
    yield* options.unchecked ? content : verifyStream(content, descriptor, path);
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    const found = await stat(this.#blobPath(descriptor.digest)).catch(() => undefined);
    return found?.isFile() === true && found.size === descriptor.size;
  }

  async putBlob(descriptor: Descriptor, openBlob: OpenBlob, options: CallOptions = {}): Promise<void> {
    if (await this.hasBlob(descriptor)) return;
    options.signal?.throwIfAborted();
    await this.#writeFile(this.#blobPath(descriptor.digest), verifyStream(openBlob(), descriptor, this.name));
  }

  async putManifest(manifest: ManifestBytes, options: CallOptions & { tag?: string } = {}): Promise<void> {
    const { mediaType, digest, bytes } = manifest;
    const descriptor = { mediaType, digest, size: bytes.length };
    await this.putBlob(descriptor, async function* () {
      yield bytes;
    });
    const { tag } = options;
    if (tag === undefined) return;
    // One change of index.json after the other; a failed one does not hold up the next.
    const change = this.#writing.then(() => this.#list(descriptor, tag));
    this.#writing = change.catch(() => undefined);
    await change;
  }

  async #list(descriptor: Descriptor, tag: string): Promise<void> {
    const path = join(this.folder, "index.json");
    const exists = await stat(path).catch(() => undefined);
    const index = exists ? await this.#index() : { manifests: [] };
    const others = index.manifests.filter(({ annotations }) => annotations?.[REF_NAME] !== tag);
    const entry = { ...descriptor, annotations: { [REF_NAME]: tag } };
    const document = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [...others, entry] };
    await this.#writeFile(join(this.folder, "oci-layout"), [Buffer.from(LAYOUT)]);
    await this.#writeFile(path, [Buffer.from(`${JSON.stringify(document)}\n`)]);
  }

  async #index(): Promise<IndexDocument> {
    const path = join(this.folder, "index.json");
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      throw new ImageSpecError("E_INPUT_FILE", `${this.name} is no OCI layout: ${path} cannot be read`, {
        hint: "Name a folder that holds oci-layout, index.json and blobs.",
        cause,
      });
    }
    const document = parseManifest({ bytes, digest: digestOf(bytes), mediaType: MEDIA_TYPES.ociIndex }, path);
    if (document.kind !== "index") throw this.#broken("index.json is no index");
    return document;
  }

  #blobPath(digest: string): string {
    const [algorithm = "", hex = ""] = checkedDigest(digest, this.name).split(":");
    return join(this.folder, "blobs", algorithm, hex);
  }

  async #stat(path: string, digest: string): Promise<{ size: number }> {
    try {
      return await stat(path);
    } catch (cause) {
      throw new ImageSpecError("E_INPUT_FILE", `${this.name} lacks ${digest}`, {
        hint: "Write the layout again.",
        cause,
      });
    }
  }

  #broken(what: string): ImageSpecError {
    return new ImageSpecError("E_INPUT_FILE", `${this.name}: ${what}`, { hint: "Write the layout again." });
  }

  /** Writes beside the place, then moves: nobody sees half a file. */
  async #writeFile(path: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const temporary = `${path}.${randomBytes(6).toString("hex")}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(temporary, "wx", 0o644);
      try {
        await writePieces(file, content);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw writeFault(error, this.name);
    }
  }
}

/** Gathers small pieces: a call for each would cost more than the bytes. */
async function writePieces(file: FileHandle, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const flush = async () => {
    const { bytesWritten } = await file.writev(pieces);
    if (bytesWritten < size) await writeRest(file, Buffer.concat(pieces), bytesWritten);
    pieces = [];
    size = 0;
  };
  for await (const piece of content) {
    pieces.push(piece);
    size += piece.length;
    if (size >= PIECE_BYTES) await flush();
  }
  if (size > 0) await flush();
}

/** A write may take less than it was given: on a full disk the next one then says why. */
async function writeRest(file: FileHandle, bytes: Uint8Array, from: number): Promise<void> {
  for (let at = from; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

function mediaTypeOf(bytes: Uint8Array): string {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as { mediaType?: unknown; manifests?: unknown };
    if (typeof json.mediaType === "string") return json.mediaType;
    return Array.isArray(json.manifests) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
  } catch {
    return MEDIA_TYPES.ociManifest;
  }
}
