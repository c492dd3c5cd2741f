import { createHash } from "node:crypto";
import type { PieceMemory } from "@imagespec/registry";
import type { BlobStore } from "../cache/blob-store.ts";
import { inTurn, type Turns } from "../cache/in-turn.ts";
import type { RecordStore } from "../cache/record-store.ts";
import { DeflateThreads } from "../deflate/deflate-threads.ts";
import { gzipMembers } from "./gzip-members.ts";
import type { LayerRegistry } from "./layer-registry.ts";
import type { BuiltLayer, LayerSource } from "./layer-source.ts";
import { LAYER_MTIME } from "./tar-entry.ts";
import { type TarPiece, tarPieces } from "./tar-pieces.ts";

/** Part of the cache key; raised when the same entries should compress differently: threshold, block size, deflate. */
const COMPRESSION_RECIPE = 3;
/** What zlib's bytes depend on, beside its input. */
const ZLIB = `${process.versions.zlib} ${process.arch}`;

interface LayerRecord extends Pick<BuiltLayer, "digest" | "size" | "diffId"> {
  /** The zlib that compressed a part of it. */
  zlib?: string | undefined;
}

/**
 * Layers by what decides their bytes. One that another zlib has made is made again, so a digest never depends on which
 * build filled the cache.
 */
export class LayerCache {
  readonly #blobs: BlobStore;
  readonly #records: RecordStore;
  readonly #registry: LayerRegistry | undefined;
  readonly #turns: Turns;
  readonly #made = new Set<string>();
  readonly #threads = new DeflateThreads();

  /** `registry` is where layers may be that this machine lacks, `turns` are those of other builds under way. */
  constructor(
    blobs: BlobStore,
    records: RecordStore,
    { registry, turns = new Map() }: { registry?: LayerRegistry | undefined; turns?: Turns } = {},
  ) {
    this.#blobs = blobs;
    this.#records = records;
    this.#registry = registry;
    this.#turns = turns;
  }

  /** The layer as it stands in the cache or in the registry, if it does; its bytes are not checked yet. */
  async find(source: LayerSource): Promise<BuiltLayer | undefined> {
    const record = await this.#records.get<LayerRecord>("layers", fullKey(source));
    if (record === undefined || (record.zlib !== undefined && record.zlib !== ZLIB)) return undefined;
    const { digest, size, diffId } = record;
    const isThere = (await this.#blobs.has(digest, size)) || (await this.#registry?.has({ digest, size }));
    return isThere ? { source, digest, size, diffId } : undefined;
  }

  /** Whether the image's registry has said that it has the layer. */
  isHeld(layer: BuiltLayer): boolean {
    return this.#registry?.holds(layer) ?? false;
  }

  /** Whether this build made the layer: then it was not in the cache, whoever asks for it next. */
  made(source: LayerSource): boolean {
    return this.#made.has(JSON.stringify(fullKey(source)));
  }

  /** The layer, made when it is not there. Throws what making its entries throws, and E_CACHE. */
  make(source: LayerSource, signal: AbortSignal): Promise<BuiltLayer> {
    const key = `layer ${JSON.stringify(fullKey(source))}`;
    return inTurn(this.#turns, key, signal, () => this.#findOrWrite(source, signal));
  }

  /** Whether the bytes in the cache are those of the digest; ones that are not are removed. */
  verify(layer: BuiltLayer): Promise<boolean> {
    return this.#blobs.verify(layer.digest);
  }

  /**
   * Fetches a layer's bytes from the registry into the cache; false where it has none.
   *
   * @throws ImageSpecError E_DIGEST_MISMATCH where it gives others, and what reading from it throws.
   */
  async fetch(layer: BuiltLayer, signal: AbortSignal): Promise<boolean> {
    const { digest, size, source } = layer;
    if (this.#registry === undefined || !(await this.#registry.has(layer))) return false;
    const expected = { subject: `The layer "${source.title}"`, size, hashes: [digest] };
    await this.#blobs.write(this.#registry.open(layer, signal), expected);
    return true;
  }

  /** Its bytes; `memory` as for {@link BlobStore.read}. */
  open(layer: BuiltLayer, memory?: PieceMemory): AsyncIterable<Uint8Array> {
    return this.#blobs.read(layer.digest, memory);
  }

  /** Ends the threads that compress; no layer can be made afterwards. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  async #findOrWrite(source: LayerSource, signal: AbortSignal): Promise<BuiltLayer> {
    const found = await this.find(source);
    if (found !== undefined) return found;
    const tar = createHash("sha256");
    let zlib: string | undefined;
    const members = gzipMembers(tap(tarPieces(source.entries(signal)), tar, signal), {
      compression: source.compression ?? "fixed",
      threads: this.#threads,
      zlibUsed: () => {
        zlib = ZLIB;
      },
    });
    const { digest, size } = await this.#blobs.write(members);
    const layer = { digest, size, diffId: `sha256:${tar.digest("hex")}` };
    await this.#records.set("layers", fullKey(source), { ...layer, zlib } satisfies LayerRecord);
    this.#made.add(JSON.stringify(fullKey(source)));
    return { source, ...layer };
  }
}

function fullKey({ key, compression = "fixed" }: LayerSource): unknown {
  return { key, compression, recipe: COMPRESSION_RECIPE, mtime: LAYER_MTIME.getTime() };
}

async function* tap(
  pieces: AsyncIterable<TarPiece>,
  hash: ReturnType<typeof createHash>,
  signal: AbortSignal,
): AsyncGenerator<TarPiece> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    hash.update(piece.bytes);
    yield piece;
  }
}
