import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { checkedDigest } from "../digest/digest.ts";
import { verifyStream } from "../digest/verify-stream.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { makeFolder } from "../file/make-folder.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { descriptorOf, openBytes } from "../image/manifest-bytes.ts";
import { parseManifest } from "../image/parse-manifest.ts";
import { isImageEntry } from "../image/select-platform.ts";
import type { CallOptions, ImageSink, ManifestBytes, OpenBlob } from "../image/store.ts";
import { draftPath, sweepDrafts } from "../process/draft.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import { TAR_END, tarEntry } from "./tar-entry.ts";
import { orWriteFault, writeFault } from "./write-fault.ts";

/**
 * Writes a tar that `docker load`, `podman load` and `skopeo docker-archive:` read: an OCI layout with docker's
 * manifest.json beside it. One image of one platform; entries have no time, so the same image gives the same bytes up
 * to the order of its blobs. The file appears at `close`; `abort` leaves nothing.
 */
export class DockerArchive implements ImageSink {
  /** `docker-archive:PATH`. */
  readonly name: string;
  readonly checksBlobs = true;
  readonly #path: string;
  readonly #temporary: string;
  readonly #reference: ImageReference;
  readonly #tar = new PassThrough();
  readonly #written: Promise<unknown>;
  readonly #blobs = new Set<string>();
  #queue: Promise<void> = Promise.resolve();
  #root: ManifestBytes | undefined;
  /** Set once an entry ended early, after which nothing can be appended. */
  #spoiled: { error: unknown } | undefined;

  private constructor(path: string, reference: ImageReference) {
    this.#path = resolve(path);
    this.#temporary = draftPath(this.#path);
    this.#reference = reference;
    this.name = `docker-archive:${path}`;
    this.#written = pipeline(this.#tar, createWriteStream(this.#temporary, { flags: "wx" }));
    // The next write or close reports the failure; until then it must not end the process.
    this.#written.catch(() => undefined);
  }

  /**
   * Opens an archive at `path` that will load as `reference`.
   *
   * @throws ImageSpecError E_REFERENCE, E_OUTPUT where something other than a file is at `path`: the archive would take
   * the place of a pipe or device.
   */
  static async create(path: string, reference: string): Promise<DockerArchive> {
    const parsed = parseReference(reference);
    const folder = dirname(resolve(path));
    const name = `docker-archive:${path}`;
    await orWriteFault(makeFolder(folder), name);
    const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw writeFault(error, name);
    });
    if (there?.isFile() === false) {
      throw new ImageSpecError("E_OUTPUT", `${name} cannot be written: a folder, pipe or device is there`, {
        hint: "Name a file, and copy it from there.",
      });
    }
    await sweepDrafts(folder, { name: basename(path) });
    return new DockerArchive(path, parsed);
  }

  /**
   * Has an image put into an archive at `path`, which is there afterwards if that went well.
   *
   * @throws what `put` throws, and the errors of {@link create} and {@link close}.
   */
  static async write(
    path: string,
    reference: string,
    put: (archive: DockerArchive) => Promise<unknown>,
  ): Promise<void> {
    const archive = await DockerArchive.create(path, reference);
    try {
      await put(archive);
      await archive.close();
    } catch (error) {
      await archive.abort();
      throw error;
    }
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return this.#blobs.has(descriptor.digest);
  }

  /** Blobs put at the same time are written one after the other, since a tar only grows at its end. */
  putBlob(descriptor: Descriptor, open: OpenBlob, options: CallOptions = {}): Promise<void> {
    return this.#next(async () => {
      if (this.#blobs.has(descriptor.digest)) return;
      options.signal?.throwIfAborted();
      await this.#entry(
        blobName(descriptor.digest, this.name),
        descriptor.size,
        verifyStream(open(), descriptor, this.name),
      );
      this.#blobs.add(descriptor.digest);
    });
  }

  /** @throws ImageSpecError E_UNSUPPORTED for an index of several images: `docker load` takes one. */
  async putManifest(manifest: ManifestBytes, _options: CallOptions & { tag?: string | undefined } = {}): Promise<void> {
    const document = parseManifest(manifest, this.name);
    if (document.kind === "index") {
      const images = document.manifests.filter(isImageEntry);
      if (images.length !== 1) {
        throw new ImageSpecError("E_UNSUPPORTED", `${this.name} would hold ${images.length} images; docker loads one`, {
          hint: "Build for one platform, or write an OCI layout (oci:FOLDER).",
        });
      }
    }
    await this.putBlob(descriptorOf(manifest), openBytes(manifest.bytes));
    // To docker the manifest is the image; an index around it is only kept as a blob.
    if (document.kind === "manifest") this.#root = manifest;
  }

  /**
   * Writes what names the image and moves the file to its place.
   *
   * @throws ImageSpecError E_INTERNAL when no image was put in.
   */
  async close(): Promise<void> {
    await this.#queue;
    if (this.#spoiled !== undefined) throw this.#spoiled.error;
    const root = this.#root;
    if (root === undefined)
      throw new ImageSpecError("E_INTERNAL", `${this.name} was closed before an image was written`);
    const document = parseManifest(root, this.name);
    if (document.kind !== "manifest") throw new ImageSpecError("E_INTERNAL", `${this.name}: its root is not an image`);
    const { name, tag } = this.#reference;
    const tagged = tag === undefined ? undefined : parseReference(`${name}:${tag}`);
    const annotations = {
      "org.opencontainers.image.ref.name": tag,
      "io.containerd.image.name": tagged?.toString() ?? name,
    };
    const entry = { ...descriptorOf(root), annotations };
    const layers = document.layers.map(({ digest }) => blobName(digest, this.name));
    const config = blobName(document.config.digest, this.name);
    const files = {
      "oci-layout": { imageLayoutVersion: "1.0.0" },
      "index.json": { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [entry] },
      "manifest.json": [{ Config: config, RepoTags: tagged === undefined ? [] : [tagged.familiar], Layers: layers }],
    };
    try {
      for (const [name, json] of Object.entries(files)) {
        const bytes = Buffer.from(JSON.stringify(json));
        await this.#entry(name, bytes.length, [bytes]);
      }
      this.#tar.end(TAR_END);
      await this.#written;
      await rename(this.#temporary, this.#path);
    } catch (error) {
      await this.abort();
      throw writeFault(error, this.name);
    }
  }

  /** Gives up: removes what was written. */
  async abort(): Promise<void> {
    this.#tar.destroy();
    await this.#written.catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Appends a file. One that ends early spoils the tar, and so the archive: it cannot be closed any more. */
  async #entry(name: string, size: number, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    if (this.#spoiled !== undefined) throw this.#spoiled.error;
    try {
      await Promise.race([pipeline(tarEntry(name, size, content), this.#tar, { end: false }), this.#written]);
    } catch (cause) {
      const error = writeFault(cause, this.name);
      this.#spoiled = { error };
      this.#tar.destroy();
      throw error;
    }
  }
}

function blobName(digest: string, subject: string): string {
  return `blobs/${checkedDigest(digest, subject).replace(":", "/")}`;
}
