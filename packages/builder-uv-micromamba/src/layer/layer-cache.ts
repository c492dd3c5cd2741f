import { createHash } from "node:crypto";
import type { BlobStore } from "../cache/blob-store.ts";
import type { RecordStore } from "../cache/record-store.ts";
import { GZIP_LEVEL, gzipMembers, MEMBER_BYTES } from "./gzip-members.ts";
import type { BuiltLayer, LayerSource } from "./layer-source.ts";
import { LAYER_MTIME } from "./tar-entry.ts";
import { tarStream } from "./tar-stream.ts";

type LayerRecord = Pick<BuiltLayer, "digest" | "size" | "diffId">;

/**
 * Layers by what decides their bytes. The compressor is part of the key, so a digest never depends on which build
 * filled the cache.
 */
export class LayerCache {
  readonly #blobs: BlobStore;
  readonly #records: RecordStore;
  readonly #running = new Map<string, Promise<BuiltLayer>>();

  constructor(blobs: BlobStore, records: RecordStore) {
    this.#blobs = blobs;
    this.#records = records;
  }

  /** The layer if it is there, its bytes not yet checked. */
  async find(source: LayerSource): Promise<BuiltLayer | undefined> {
    const record = await this.#records.get<LayerRecord>("layers", fullKey(source));
    if (record === undefined || !(await this.#blobs.has(record.digest, record.size))) return undefined;
    return { source, ...record };
  }

  /** The layer, made when it is not there. Throws what making its entries throws, and E_CACHE. */
  async make(source: LayerSource, signal: AbortSignal): Promise<BuiltLayer> {
    const key = JSON.stringify(fullKey(source));
    const running = this.#running.get(key);
    if (running !== undefined) return { ...(await running), source };
    const promise = this.#findOrWrite(source, signal).finally(() => this.#running.delete(key));
    this.#running.set(key, promise);
    return promise;
  }

  /** Whether the bytes in the cache are those of the digest; ones that are not are removed. */
  verify(layer: BuiltLayer): Promise<boolean> {
    return this.#blobs.verify(layer.digest);
  }

  open(layer: BuiltLayer): AsyncIterable<Uint8Array> {
    return this.#blobs.read(layer.digest);
  }

  async #findOrWrite(source: LayerSource, signal: AbortSignal): Promise<BuiltLayer> {
    const found = await this.find(source);
    if (found !== undefined) return found;
    const tar = createHash("sha256");
    const { digest, size } = await this.#blobs.write(gzipMembers(tap(tarStream(source.entries(signal)), tar, signal)));
    const record: LayerRecord = { digest, size, diffId: `sha256:${tar.digest("hex")}` };
    await this.#records.set("layers", fullKey(source), record);
    return { source, ...record };
  }
}

function fullKey(source: LayerSource): unknown {
  return {
    key: source.key,
    compressor: { level: GZIP_LEVEL, member: MEMBER_BYTES, zlib: process.versions.zlib, arch: process.arch },
    mtime: LAYER_MTIME.getTime(),
  };
}

async function* tap(
  source: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    hash.update(chunk);
    yield chunk;
  }
}
