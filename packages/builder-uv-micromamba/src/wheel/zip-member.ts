import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from "node:zlib";
import { ImageSpecError } from "@imagespec/core/builder";
import type { DeflatedContent, DeflatedPassage } from "../layer/tar-entry.ts";
import type { ListedMember } from "./zip-directory.ts";
import type { ReadAt } from "./zip-entry.ts";
import { contentStart, ENCRYPTED, LOCAL_HEADER } from "./zip-local-header.ts";

/** With the option `info` zlib also gives the engine, which counts the bytes that it took in. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}
const inflate = promisify(inflateRaw) as unknown as (data: Uint8Array, options: object) => Promise<Inflated>;
/** Members up to this size are inflated at once: handing them to the thread pool takes longer. */
const AT_ONCE = 256 * 1024;
/** Members up to this size are taken whole: far fewer turns of the event loop for the thousands of small ones. */
const WHOLE = 8 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

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
  /** The bytes as a stream; checked by size and CRC at its end. */
  stream(): AsyncIterable<Uint8Array>;
  /** The bytes beside the deflate stream they stand in, checked the same; undefined for a member that is only stored. */
  deflated: DeflatedContent | undefined;
}

/** A member as it lies in an archive, stored or deflated. */
export class PackedMember implements ZipMember {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  readonly sum: number;
  readonly deflated: DeflatedContent | undefined;
  readonly #read: ReadAt;
  readonly #listed: ListedMember;
  readonly #subject: string;

  /** @throws ImageSpecError E_RESOLVE naming `subject` for a member that is encrypted or compressed in another way. */
  constructor(read: ReadAt, listed: ListedMember, subject: string) {
    const { path, entry } = listed;
    const { size, packed, method, attributes } = entry;
    this.path = path;
    this.size = size;
    // As uv: whoever may execute it.
    this.executable = ((attributes >>> 16) & 0o111) !== 0;
    this.sum = entry.crc32;
    this.#read = read;
    this.#listed = listed;
    this.#subject = subject;
    if ((entry.flags & ENCRYPTED) !== 0) throw this.#broken("is encrypted");
    if (method !== STORED && method !== DEFLATED) throw this.#broken(`is compressed by method ${method}`);
    this.deflated = this.#isStored ? undefined : { size: packed, crc32: entry.crc32, read: () => this.#passages() };
  }

  async bytes(limit: number): Promise<Buffer> {
    if (this.size > limit) throw this.#broken(`has ${this.size} bytes, and at most ${limit} are read`);
    return this.#unpack(await this.#packed());
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    for await (const { content } of this.#passages()) yield content;
  }

  get #isStored(): boolean {
    return this.#listed.entry.method === STORED;
  }

  async #start(): Promise<number> {
    const { entry, end } = this.#listed;
    const length = LOCAL_HEADER + entry.name.length;
    if (entry.start + length > end) throw this.#broken("is not where the directory says");
    const header = await this.#read(entry.start, length);
    return contentStart(header, this.#listed, (what) => this.#broken(what));
  }

  async #packed(): Promise<Buffer> {
    return this.#read(await this.#start(), this.#listed.entry.packed);
  }

  async #unpack(packed: Buffer): Promise<Buffer> {
    if (this.#isStored) {
      this.#check(packed.length, crc32(packed));
      return packed;
    }
    const { size } = this;
    // The limit of its size: a member that is larger than it states must not fill the memory. The room beyond its size
    // saves zlib a second round.
    const options = { maxOutputLength: Math.max(size, 1), chunkSize: Math.min(size, WHOLE) + 64, info: true };
    const { buffer, engine } =
      size <= AT_ONCE ? (inflateRawSync(packed, options) as unknown as Inflated) : await inflate(packed, options);
    this.#checkEnd(engine);
    this.#check(buffer.length, crc32(buffer));
    return buffer;
  }

  async *#passages(): AsyncGenerator<DeflatedPassage> {
    if (this.size <= WHOLE) {
      const packed = await this.#packed();
      yield { content: await this.#unpack(packed), stream: [packed] };
      return;
    }
    let sum = 0;
    let length = 0;
    for await (const passage of this.#isStored ? this.#storedPassages() : this.#inflatedPassages()) {
      sum = crc32(passage.content, sum);
      length += passage.content.length;
      if (length > this.size) throw this.#broken("is larger than the archive says");
      yield passage;
    }
    this.#check(length, sum);
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

  /** The bytes as they lie in the archive. */
  async *#chunks(): AsyncGenerator<Buffer> {
    const from = await this.#start();
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
