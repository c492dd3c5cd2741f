import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress, zstdDecompressSync } from "node:zlib";

/** First four bytes of a frame (RFC 8878, 3.1.1), little-endian. */
const ZSTD_MAGIC = 0xfd2fb528;
/** The same of skippable frames, whose last four bits vary. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const CHUNK = 1024 * 1024;
/** Bytes of a frame that is decompressed at once, into {@link CHUNK} bytes at most. */
const SMALL = 64 * 1024;

/** Whether a frame begins with these four bytes, read as a little-endian number. */
export function isZstdFrame(magic: number): boolean {
  return magic === ZSTD_MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) === SKIPPABLE_MAGIC;
}

/**
 * Decompresses zstd of any number of frames (RFC 8878, 3.1), skippable ones among them: podman and zstd:chunked write
 * several, and Node's own decompressor silently stops after the first. Throws for bytes that are not a frame and for
 * a frame that is cut off.
 */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  try {
    while (!(await reader.ended())) {
      const magic = await reader.take(4);
      const number = magic.readUInt32LE(0);
      if (number === ZSTD_MAGIC) yield* oneFrame(frame(magic, reader));
      else if (isSkippable(number)) {
        for await (const _ of reader.pass((await reader.take(4)).readUInt32LE(0)));
      } else throw new Error("what follows a zstd frame is not a zstd frame");
    }
  } finally {
    await reader.close();
  }
}

/**
 * The content of one frame. A small one is decompressed at once: zstd:chunked has one for each file, and a stream for
 * each would take seven times as long.
 */
async function* oneFrame(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first: Uint8Array[] = [];
  let size = 0;
  let next = await pieces.next();
  for (; !next.done && size <= SMALL; next = await pieces.next()) {
    first.push(next.value);
    size += next.value.length;
  }
  const content = next.done ? smallContent(Buffer.concat(first)) : undefined;
  if (content !== undefined) {
    if (content.length > 0) yield content;
    return;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    if (!next.done) yield next.value;
    yield* pieces;
  }
  yield* decoded(all(), createZstdDecompress({ chunkSize: CHUNK }));
}

/** Undefined where it is too large to be had at once. */
function smallContent(frame: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(frame, { maxOutputLength: CHUNK });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

/** The output of a decompressor over a source; both are ended as soon as either side fails or stops. */
export async function* decoded(source: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  let fault: { error: unknown } | undefined;
  const pouring = pipeline(source, decoder as unknown as NodeJS.WritableStream).catch((error: unknown) => {
    fault ??= { error };
  });
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
    await pouring;
  } catch (error) {
    fault ??= { error };
  } finally {
    decoder.destroy();
    await pouring;
  }
  if (fault !== undefined) throw fault.error;
}

/** The bytes of one frame, its magic included: header, blocks, checksum (RFC 8878, 3.1.1). */
async function* frame(magic: Buffer, reader: ByteReader): AsyncGenerator<Uint8Array> {
  yield magic;
  const descriptor = await reader.take(1);
  yield descriptor;
  const flags = descriptor[0] as number;
  const singleSegment = (flags & 0x20) !== 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  const dictionary = [0, 1, 2, 4][flags & 3] as number;
  yield await reader.take((singleSegment ? 0 : 1) + dictionary + contentSize);
  for (let last = false; !last; ) {
    const header = await reader.take(3);
    yield header;
    const block = header.readUIntLE(0, 3);
    last = (block & 1) !== 0;
    // A run of one byte holds that byte alone, whatever its size says.
    yield* reader.pass(((block >> 1) & 3) === 1 ? 1 : block >> 3);
  }
  if ((flags & 4) !== 0) yield await reader.take(4);
}

class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  async ended(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#iterator.next();
      if (next.done) return true;
      this.#rest = next.value;
    }
    return false;
  }

  /** Exactly that many bytes, in pieces. */
  async *pass(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (await this.ended()) throw new Error("unexpected end of zstd data");
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    // Nearly always in one piece, which needs no waiting.
    if (this.#rest.length >= length) {
      pieces.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    } else for await (const piece of this.pass(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
