import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from "node:zlib";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { fromBufferPromise, fromFdPromise } from "yauzl";
import type { DeflatedContent, DeflatedPassage } from "../layer/tar-entry.ts";
import { type ListedMember, readDirectory } from "./zip-directory.ts";
import { contentStart, LOCAL_HEADER } from "./zip-local-header.ts";

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
/** Archives up to this size are read into memory at once. */
const IN_MEMORY = 24 * 1024 * 1024;
const CHUNK = 1024 * 1024;

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

/** A zip file on disk, whose directory is judged by {@link readDirectory}. */
export class ZipArchive {
  /** Its files, each path once. */
  readonly members: readonly ZipMember[];
  /** The paths of the folders that it lists. */
  readonly folders: readonly string[];
  readonly #file: FileHandle;

  private constructor(file: FileHandle, members: ZipMember[], folders: string[]) {
    this.#file = file;
    this.members = members;
    this.folders = folders;
  }

  /**
   * @throws ImageSpecError E_RESOLVE naming `subject` when the file is not a zip or has members that a wheel must not
   * have, E_UNSUPPORTED for one that this reader does not take.
   */
  static async open(path: string, subject: string): Promise<ZipArchive> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const whole = size <= IN_MEMORY ? await readAt(file, 0, size) : undefined;
      const read: Read = async (at, length) => whole?.subarray(at, at + length) ?? readAt(file, at, length);
      // The directory is read entry by entry: two reads of the file for each, unless it is in memory.
      // Names are decoded and judged by us: the reader takes backslashes for slashes.
      const options = { autoClose: false, decodeStrings: false };
      const zip = await (whole === undefined ? fromFdPromise(file.fd, options) : fromBufferPromise(whole, options));
      const { files, folders } = await readDirectory(zip, subject);
      return new ZipArchive(
        file,
        files.map((listed) => member(read, listed, subject)),
        folders,
      );
    } catch (cause) {
      await file.close();
      if (isImageSpecError(cause)) throw cause;
      const why = (cause as Error).message;
      throw new ImageSpecError("E_RESOLVE", `${subject} is not a zip archive that can be read: ${why}`, {
        hint: "Check the file on the index: it is broken or no wheel.",
        cause,
      });
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

type Read = (at: number, length: number) => Promise<Buffer>;

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) throw new Error("it is shorter than its directory says");
    filled += bytesRead;
  }
  return buffer;
}

function member(read: Read, listed: ListedMember, subject: string): ZipMember {
  const { path, entry } = listed;
  const broken = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${path} ${what}`);
  const { uncompressedSize: size, compressedSize, compressionMethod } = entry;
  if (entry.isEncrypted()) throw broken("is encrypted");
  if (compressionMethod !== 0 && compressionMethod !== 8) throw broken(`is compressed by method ${compressionMethod}`);
  const check = (length: number, sum: number) => {
    if (length !== size) throw broken("does not have the size the archive says");
    if (sum !== entry.crc32) throw broken("does not have the checksum the archive says");
  };

  const checkEnd = ({ bytesWritten }: { bytesWritten: number }) => {
    if (bytesWritten !== compressedSize) throw broken("has bytes after the end of its content");
  };

  async function start(): Promise<number> {
    const header = await read(entry.relativeOffsetOfLocalHeader, LOCAL_HEADER + entry.fileNameRaw.length);
    return contentStart(header, listed, broken);
  }

  async function bytes(limit: number): Promise<Buffer> {
    if (size > limit) throw broken(`has ${size} bytes, and at most ${limit} are read`);
    return unpack(await read(await start(), compressedSize));
  }

  async function unpack(packed: Buffer): Promise<Buffer> {
    if (compressionMethod === 0) {
      check(packed.length, crc32(packed));
      return packed;
    }
    // The limit of its size: a member that is larger than it states must not fill the memory. The room beyond its size
    // saves zlib a second round.
    const options = { maxOutputLength: Math.max(size, 1), chunkSize: Math.min(size, WHOLE) + 64, info: true };
    const { buffer, engine } =
      size <= AT_ONCE ? (inflateRawSync(packed, options) as unknown as Inflated) : await inflate(packed, options);
    checkEnd(engine);
    check(buffer.length, crc32(buffer));
    return buffer;
  }

  async function* raw(): AsyncGenerator<Buffer> {
    const from = await start();
    for (let at = 0; at < compressedSize; at += CHUNK)
      yield await read(from + at, Math.min(CHUNK, compressedSize - at));
  }

  async function* passages(): AsyncGenerator<DeflatedPassage> {
    if (size <= WHOLE) {
      const packed = await read(await start(), compressedSize);
      yield { content: await unpack(packed), stream: [packed] };
      return;
    }
    const inflater = compressionMethod === 0 ? undefined : createInflateRaw({ chunkSize: CHUNK });
    let passed: Buffer[] = [];
    async function* noted(): AsyncGenerator<Buffer> {
      for await (const chunk of raw()) {
        passed.push(chunk);
        yield chunk;
      }
    }
    const pouring = inflater && pipeline(noted(), inflater);
    // The read below reports the same error, and reports it first.
    pouring?.catch(() => {});
    let sum = 0;
    let length = 0;
    for await (const content of (inflater ?? raw()) as AsyncIterable<Buffer>) {
      sum = crc32(content, sum);
      length += content.length;
      if (length > size) throw broken("is larger than the archive says");
      const stream = passed;
      passed = [];
      yield { content, stream };
    }
    await pouring;
    if (inflater !== undefined) checkEnd(inflater);
    check(length, sum);
    if (passed.length > 0) yield { content: Buffer.alloc(0), stream: passed };
  }

  async function* stream(): AsyncGenerator<Uint8Array> {
    for await (const { content } of passages()) yield content;
  }

  // As uv: whoever may execute it.
  const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
  const deflated = compressionMethod === 8 ? { size: compressedSize, crc32: entry.crc32, read: passages } : undefined;
  return { path, size, executable, sum: entry.crc32, bytes, stream, deflated };
}
