import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { DeflateThreads } from "../deflate/deflate-threads.ts";
import { memberHeader, memberTrailer } from "../deflate/gzip-member.ts";
import type { TarPiece } from "./tar-pieces.ts";

/** Uncompressed bytes of one gzip member; fixed, because they decide the compressed bytes. */
export const MEMBER_BYTES = { fixed: 1024 * 1024, zlib: 4 * 1024 * 1024 };
const ZLIB_LEVEL = 6;
/** Bytes of copied streams that may wait for members before them. */
const WAITING_BYTES = 16 * 1024 * 1024;

const compress = promisify(gzip) as (data: Uint8Array, options: object) => Promise<Buffer>;

/**
 * How the pieces of a layer that cannot be copied are compressed: by the fixed deflate, large ones by zlib; or by zlib
 * alone.
 */
export type Compression = "fixed" | "zlib";

export interface GzipQuestion {
  compression: Compression;
  threads: DeflateThreads;
  /** Called when a member is left to zlib, whose bytes differ between versions of Node and processors. */
  zlibUsed?(): void;
  /** Members under way at once. */
  parallel?: number | undefined;
}

/**
 * Compresses pieces of a tar as gzip members that follow each other (RFC 1952 2.2): what is deflated already is copied
 * into one of its own, what is small goes together, what is large is cut. Which member holds what depends on the
 * pieces' contents alone, so the bytes are the same for any number of cores and any cut of the input.
 */
export async function* gzipMembers(
  pieces: AsyncIterable<TarPiece>,
  { compression, threads, zlibUsed, parallel = Math.min(availableParallelism(), 8) + 1 }: GzipQuestion,
): AsyncGenerator<Buffer> {
  const queue = new MemberQueue(parallel);
  const fixed = new Block(MEMBER_BYTES.fixed, (block) => queue.push(threads.member(block)));
  const zlib = new Block(MEMBER_BYTES.zlib, (block) => {
    zlibUsed?.();
    queue.push(zlibMember(block));
  });
  let copying = false;
  for await (const piece of pieces) {
    if (piece.as === "copied") {
      if (!copying) {
        fixed.end();
        zlib.end();
        queue.push(memberHeader());
      }
      for (const part of piece.stream) queue.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
      if (piece.end !== undefined) queue.push(memberTrailer(piece.end.crc32, piece.end.size));
      copying = piece.end === undefined;
    } else {
      const byZlib = compression === "zlib" || piece.as === "large";
      (byZlib ? fixed : zlib).end();
      (byZlib ? zlib : fixed).add(piece.bytes);
    }
    while (queue.ready) yield await queue.shift();
  }
  fixed.end();
  zlib.end();
  while (queue.length > 0) yield await queue.shift();
}

async function zlibMember(block: Uint8Array): Promise<Buffer> {
  const member = await compress(block, {
    level: ZLIB_LEVEL,
    memLevel: 8,
    strategy: constants.Z_DEFAULT_STRATEGY,
    // Sizes only the output buffer; the default costs a turn of the event loop for every 16 KiB.
    chunkSize: 1024 * 1024,
  });
  member[9] = memberHeader()[9] as number;
  return member;
}

/** Members in their order, finished or not. */
class MemberQueue {
  readonly #parallel: number;
  readonly #members: (Buffer | Promise<Buffer>)[] = [];
  #running = 0;
  #bytes = 0;

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  get length(): number {
    return this.#members.length;
  }

  /** Whether the first one must be taken before more is added. */
  get ready(): boolean {
    const [first] = this.#members;
    return (
      (first !== undefined && !(first instanceof Promise)) ||
      this.#running >= this.#parallel ||
      this.#bytes > WAITING_BYTES
    );
  }

  push(member: Buffer | Promise<Buffer>): void {
    if (member instanceof Promise) {
      this.#running++;
      // shift() awaits it later, in order; until then its failure must not end the process.
      member.catch(() => {});
    } else this.#bytes += member.length;
    this.#members.push(member);
  }

  async shift(): Promise<Buffer> {
    const member = this.#members.shift() as Buffer | Promise<Buffer>;
    if (member instanceof Promise) this.#running--;
    else this.#bytes -= member.length;
    return member;
  }
}

/** Gathers bytes into blocks of one size. */
class Block {
  readonly #size: number;
  readonly #full: (block: Uint8Array<ArrayBuffer>) => void;
  #parts: Uint8Array[] = [];
  #filled = 0;

  constructor(size: number, full: (block: Uint8Array<ArrayBuffer>) => void) {
    this.#size = size;
    this.#full = full;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#size - this.#filled);
      this.#parts.push(part);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#size) this.end();
    }
  }

  /** Emits what is gathered, if anything. */
  end(): void {
    if (this.#filled === 0) return;
    const block = new Uint8Array(this.#filled);
    let at = 0;
    for (const part of this.#parts) {
      block.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#filled = 0;
    this.#full(block);
  }
}
