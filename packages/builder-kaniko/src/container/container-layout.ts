import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { engineError } from "@imagespec/container-engine/dockerode";
import {
  type CallOptions,
  type Descriptor,
  digestOf,
  type ImageSource,
  ImageSpecError,
  isSha256Digest,
  type ManifestBytes,
  MEDIA_TYPES,
} from "@imagespec/registry";
import type { Container } from "dockerode";
import { extract } from "tar-stream";
import { layoutImage } from "../executor/layout-image.ts";

const MANIFEST_CAP = 4 * 1024 * 1024;

/**
 * The OCI layout that a stopped container wrote inside itself, read file by file through the engine: nothing is laid on
 * this machine's disk, and the engine may be on another one.
 */
export class ContainerLayout implements ImageSource {
  readonly name: string;
  readonly #container: Container;
  readonly #host: string;
  readonly #path: string;

  /** `host` is the engine's address, for messages; `path` where the layout is in the container. */
  constructor(container: Container, { host, path }: { host: string; path: string }) {
    this.#container = container;
    this.#host = host;
    this.#path = path;
    this.name = `the layout in container ${container.id.slice(0, 12)}`;
  }

  /** The digest of the one image of this layout; undefined when there is none. */
  async imageDigest(options: CallOptions = {}): Promise<string | undefined> {
    const bytes = await this.#bytes("index.json", options).catch((error: unknown) => {
      if (((error as Error).cause as { statusCode?: number } | undefined)?.statusCode === 404) return undefined;
      throw error;
    });
    return bytes && layoutImage(bytes.toString("utf8"));
  }

  /** By digest alone: this layout has no tags. */
  async getManifest(digest: string, options: CallOptions = {}): Promise<ManifestBytes> {
    const bytes = await this.#bytes(blobPath(digest), options);
    const found = digestOf(bytes);
    if (found !== digest) throw this.#mismatch(digest, found);
    const { mediaType } = JSON.parse(bytes.toString("utf8")) as { mediaType?: string };
    return { mediaType: mediaType ?? MEDIA_TYPES.ociManifest, digest, bytes };
  }

  async *getBlob(descriptor: Descriptor, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of this.#file(blobPath(descriptor.digest), options)) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== descriptor.digest || size !== descriptor.size) throw this.#mismatch(descriptor.digest, found);
  }

  async #bytes(name: string, options: CallOptions): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.#file(name, options)) {
      size += chunk.length;
      if (size > MANIFEST_CAP) throw new ImageSpecError("E_BUILD", `${name} in ${this.name} is over 4 MiB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** @throws ImageSpecError E_DAEMON when the engine is lost or refuses; the signal's own error once it is aborted. */
  async *#file(name: string, { signal }: CallOptions): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#entry(name, signal);
    } catch (error) {
      throw signal?.aborted ? error : engineError(this.#host, error);
    }
  }

  /** The engine gives a tar of the one file asked for. */
  async *#entry(name: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const archive = (await this.#container.getArchive({
      path: `${this.#path}/${name}`,
      abortSignal: signal,
    })) as Readable;
    const entries = extract();
    archive.on("error", (error) => entries.destroy(error));
    archive.pipe(entries);
    try {
      for await (const entry of entries) {
        if (entry.header.type === "file") yield* entry as AsyncIterable<Uint8Array>;
        else entry.resume();
      }
    } finally {
      archive.destroy();
    }
  }

  #mismatch(wanted: string, found: string): ImageSpecError {
    return new ImageSpecError("E_DIGEST_MISMATCH", `${this.name} holds ${found} instead of ${wanted}`, {
      hint: "Build again; if it happens twice, check the engine's storage.",
    });
  }
}

function blobPath(digest: string): string {
  // It becomes part of a path, so it must be a digest.
  if (!isSha256Digest(digest)) throw new ImageSpecError("E_DIGEST_MISMATCH", `"${digest}" is not a sha256 digest`);
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}
