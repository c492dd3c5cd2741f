import { createHash, hash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from "node:zlib";
import { ImageSpecError } from "@imagespec/core/builder";
import type { DeflatedContent, DeflatedPassage } from "../layer/tar-entry.ts";
import type { ListedMember } from "./zip-directory.ts";
import type { ReadAt } from "./zip-entry.ts";
import { contentStart, ENCRYPTED, LARGEST_FRAME } from "./zip-local-header.ts";

/** What zlib returns with the option `info`: its engine counts the bytes that it has read. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}
const inflate = promisify(inflateRaw) as unknown as (data: Uint8Array, options: object) => Promise<Inflated>;
/** Members up to this size are inflated synchronously, since handing them to the thread pool takes longer. */
const AT_ONCE = 256 * 1024;
/** Members up to this size are read whole, which spares turns of the event loop for thousands of small ones. */
const WHOLE = 8 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

/** A hash that something other than the archive states for a content. */
export interface StatedHash {
  /** A name that OpenSSL knows. */
  algorithm: string;
  /** In base64url, without padding. */
  digest: string;
  /** What is thrown for a content with another hash. */
  mismatch(): Error;
}

/** A file in a zip. */
export interface ZipMember {
  path: string;
  size: number;
  executable: boolean;
  /** CRC-32, as the archive says. */
  sum: number;
  /**
   * All bytes, checked by size and CRC.
   *
   * @throws ImageSpecError E_RESOLVE when there are more than `limit`.
   */
  bytes(limit: number): Promise<Buffer>;
  /**
   * The bytes in parts. They are checked by size, by CRC and against a stated hash once the last part has been read.
   */
  stream(stated?: StatedHash): AsyncIterable<Uint8Array>;
  /** The bytes together with the deflate stream that holds them, checked alike; undefined for a stored member. */
  deflated: DeflatedMember | undefined;
}

export interface DeflatedMember extends DeflatedContent {
  read(stated?: StatedHash): ReturnType<DeflatedContent["read"]>;
}

/** A member as it lies in an archive, stored or deflated. */
export class PackedMember implements ZipMember {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  readonly sum: number;
  readonly deflated: DeflatedMember | undefined;
  readonly #read: ReadAt;
  readonly #listed: ListedMember;
  readonly #subject: string;

  /** @throws ImageSpecError E_RESOLVE naming `subject` for a member that is encrypted or compressed in another way. */
  constructor(read: ReadAt, listed: ListedMember, subject: string) {
    const { path, entry } = listed;
    const { size, packed, method, attributes } = entry;
    this.path = path;
    this.size = size;
    // As for uv, executable by anybody.
    this.executable = ((attributes >>> 16) & 0o111) !== 0;
    this.sum = entry.crc32;
    this.#read = read;
    this.#listed = listed;
    this.#subject = subject;
    if ((entry.flags & ENCRYPTED) !== 0) throw this.#broken("is encrypted");
    if (method !== STORED && method !== DEFLATED) throw this.#broken(`is compressed by method ${method}`);
    this.deflated = this.#isStored
      ? undefined
      : { size: packed, crc32: entry.crc32, read: (stated) => this.#passages(stated) };
  }

  async bytes(limit: number): Promise<Buffer> {
    if (this.size > limit) throw this.#broken(`has ${this.size} bytes, and at most ${limit} are read`);
    return this.#unpackAside(this.#packedIn(await this.#stretch()));
  }

  async *stream(stated?: StatedHash): AsyncGenerator<Uint8Array> {
    for await (const { content } of this.#passages(stated)) yield content;
  }

  get #isStored(): boolean {
    return this.#listed.entry.method === STORED;
  }

  /** The passages of the content; synchronously for a small member of an archive in memory. */
  #passages(stated?: StatedHash): DeflatedPassage[] | AsyncGenerator<DeflatedPassage> {
    const stretch = this.size <= AT_ONCE ? this.#stretch() : undefined;
    if (stretch === undefined || stretch instanceof Promise) return this.#laterPassages(stretch, stated);
    const packed = this.#packedIn(stretch);
    return [wholePassage(this.#unpack(packed), packed, stated)];
  }

  async *#laterPassages(
    stretch: Promise<Buffer> | undefined,
    stated: StatedHash | undefined,
  ): AsyncGenerator<DeflatedPassage> {
    if (this.size <= WHOLE) {
      const packed = this.#packedIn(await (stretch ?? this.#stretch()));
      yield wholePassage(await this.#unpackAside(packed), packed, stated);
      return;
    }
    const hashed = stated && createHash(stated.algorithm);
    let sum = 0;
    let length = 0;
    for await (const passage of this.#isStored ? this.#storedPassages() : this.#inflatedPassages()) {
      sum = crc32(passage.content, sum);
      length += passage.content.length;
      if (length > this.size) throw this.#broken("is larger than the archive says");
      hashed?.update(passage.content);
      yield passage;
    }
    this.#check(length, sum);
    if (hashed?.digest("base64url") !== stated?.digest) throw stated?.mismatch();
  }

  /** The archive from the member's header on, up to the next member, or as far as header and content can reach. */
  #stretch(content = this.#listed.entry.packed): Buffer | Promise<Buffer> {
    const { entry, end } = this.#listed;
    return this.#read(entry.start, Math.max(0, Math.min(end - entry.start, LARGEST_FRAME + content)));
  }

  #packedIn(stretch: Buffer): Buffer {
    const { start, packed } = this.#listed.entry;
    const at = this.#contentStart(stretch) - start;
    return stretch.subarray(at, at + packed);
  }

  #contentStart(stretch: Buffer): number {
    return contentStart(stretch, this.#listed, (what) => this.#broken(what));
  }

  #unpack(packed: Buffer): Buffer {
    if (this.#isStored) {
      this.#check(packed.length, crc32(packed));
      return packed;
    }
    return this.#inflated(inflateRawSync(packed, this.#options()) as unknown as Inflated);
  }

  /** The same, with large members inflated on another thread. */
  async #unpackAside(packed: Buffer): Promise<Buffer> {
    if (this.#isStored || this.size <= AT_ONCE) return this.#unpack(packed);
    return this.#inflated(await inflate(packed, this.#options()));
  }

  /**
   * Limits the output to the stated size, since a member that is larger must not fill the memory. A chunk of somewhat
   * more than that size saves zlib a second one.
   */
  #options(): object {
    return { maxOutputLength: Math.max(this.size, 1), chunkSize: Math.min(this.size, WHOLE) + 64, info: true };
  }

  #inflated({ buffer, engine }: Inflated): Buffer {
    this.#checkEnd(engine);
    this.#check(buffer.length, crc32(buffer));
    return buffer;
  }

  async *#storedPassages(): AsyncGenerator<DeflatedPassage> {
    for await (const content of this.#chunks()) yield { content, stream: [] };
  }

  async *#inflatedPassages(): AsyncGenerator<DeflatedPassage> {
    const inflater = createInflateRaw({ chunkSize: CHUNK });
    let passed: Buffer[] = [];
    const chunks = this.#chunks();
    async function* noted(): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        passed.push(chunk);
        yield chunk;
      }
    }
    const pouring = pipeline(noted(), inflater);
    // The read below reports the same error, and reports it first.
    pouring.catch(() => {});
    for await (const content of inflater as AsyncIterable<Buffer>) {
      const stream = passed;
      passed = [];
      yield { content, stream };
    }
    await pouring;
    this.#checkEnd(inflater);
    if (passed.length > 0) yield { content: Buffer.alloc(0), stream: passed };
  }

  /** The bytes as they are in the archive. */
  async *#chunks(): AsyncGenerator<Buffer> {
    const from = this.#contentStart(await this.#stretch(0));
    const { packed } = this.#listed.entry;
    for (let at = 0; at < packed; at += CHUNK) yield await this.#read(from + at, Math.min(CHUNK, packed - at));
  }

  #check(length: number, sum: number): void {
    if (length !== this.size) throw this.#broken("does not have the size the archive says");
    if (sum !== this.sum) throw this.#broken("does not have the checksum the archive says");
  }

  #checkEnd({ bytesWritten }: { bytesWritten: number }): void {
    if (bytesWritten !== this.#listed.entry.packed) throw this.#broken("has bytes after the end of its content");
  }

  #broken(what: string): ImageSpecError {
    return new ImageSpecError("E_RESOLVE", `${this.#subject}: ${this.path} ${what}`);
  }
}

function wholePassage(content: Buffer, packed: Buffer, stated: StatedHash | undefined): DeflatedPassage {
  if (stated !== undefined && hash(stated.algorithm, content, "base64url") !== stated.digest) throw stated.mismatch();
  return { content, stream: [packed] };
}
