import { crc32 } from "node:zlib";
import type { Deflater } from "./deflate.ts";

/** RFC 1952 2.3: deflate, no flags, no time; byte 9 names the operating system, and 255 is unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** What a gzip member begins with. */
export function memberHeader(): Buffer {
  return HEADER;
}

/** What a gzip member ends with: the content's CRC-32, and its size modulo 2^32. */
export function memberTrailer(sum: number, size: number): Buffer {
  const trailer = Buffer.allocUnsafe(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return trailer;
}

/** A block as a gzip member of its own, by the deflate that is the same everywhere. */
export function fixedMember(block: Uint8Array<ArrayBuffer>, deflater: Deflater): Buffer {
  return Buffer.concat([HEADER, deflater.deflate(block), memberTrailer(crc32(block), block.length)]);
}
