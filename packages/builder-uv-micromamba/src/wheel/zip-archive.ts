import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import { ImageSpecError } from "@imagespec/core";
import { type Entry, openPromise, type ZipFile } from "yauzl";

const inflate = promisify(inflateRaw) as (data: Uint8Array, options: object) => Promise<Buffer>;
/** Files up to this size are taken whole: far fewer turns of the event loop for the thousands of small ones. */
const WHOLE = 1024 * 1024;

export interface ZipMember {
  path: string;
  size: number;
  executable: boolean;
  /** All bytes, when it is small; checked by CRC. */
  bytes(): Promise<Buffer>;
  /** The bytes as a stream; checked by size and CRC at its end. */
  stream(): AsyncIterable<Uint8Array>;
}

/** A zip file on disk. Names that would leave its folder are refused by the reader. */
export class ZipArchive {
  readonly members: readonly ZipMember[];
  readonly #zip: ZipFile;

  private constructor(zip: ZipFile, members: ZipMember[]) {
    this.#zip = zip;
    this.members = members;
  }

  /** Throws E_RESOLVE naming `subject` when the file is no zip or has members no wheel may have. */
  static async open(file: string, subject: string): Promise<ZipArchive> {
    try {
      const zip = await openPromise(file, { autoClose: false });
      const members: ZipMember[] = [];
      for await (const entry of zip.eachEntry())
        if (!entry.fileName.endsWith("/")) members.push(member(zip, entry, subject));
      return new ZipArchive(zip, members);
    } catch (cause) {
      throw new ImageSpecError(
        "E_RESOLVE",
        `${subject} is not a zip archive that can be read: ${(cause as Error).message}`,
        {
          hint: "the file on the index is broken or not a wheel",
          cause,
        },
      );
    }
  }

  close(): void {
    this.#zip.close();
  }
}

function member(zip: ZipFile, entry: Entry, subject: string): ZipMember {
  if (entry.isEncrypted()) throw new Error(`${entry.fileName} is encrypted`);
  const broken = (what: string) => new ImageSpecError("E_RESOLVE", `${subject}: ${entry.fileName} ${what}`);
  async function* stream(): AsyncGenerator<Uint8Array> {
    if (entry.uncompressedSize <= WHOLE) {
      yield await bytes();
      return;
    }
    let sum = 0;
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      sum = crc32(chunk as Buffer, sum);
      yield chunk as Buffer;
    }
    if (sum !== entry.crc32) throw broken("does not have the checksum the archive says");
  }
  async function bytes(): Promise<Buffer> {
    const raw: Buffer[] = [];
    const options = entry.isCompressed() ? { decompress: false } : {};
    for await (const chunk of await zip.openReadStreamPromise(entry, options)) raw.push(chunk as Buffer);
    const packed = raw.length === 1 ? (raw[0] as Buffer) : Buffer.concat(raw);
    const data = entry.isCompressed()
      ? await inflate(packed, { maxOutputLength: Math.max(entry.uncompressedSize, 1) })
      : packed;
    if (data.length !== entry.uncompressedSize) throw broken("does not have the size the archive says");
    if (crc32(data) !== entry.crc32) throw broken("does not have the checksum the archive says");
    return data;
  }
  return {
    path: entry.fileName,
    size: entry.uncompressedSize,
    executable: ((entry.externalFileAttributes >>> 16) & 0o100) !== 0,
    bytes,
    stream,
  };
}
