import { crc32 } from "node:zlib";
import { deflateRaw } from "pako";

/**
 * How hard the fixed deflate tries: 5 for text, 4 for what is compiled, where 5 takes more than one and a half times as
 * long as zlib's level 6 and gains little.
 */
export type FixedLevel = 4 | 5;

/** RFC 1952 2.3: deflate, no flags, no time; byte 9 names the operating system, and 255 is unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** Blocks up to this size take a window of that size: the tables for a larger one cost more than the block. */
const TINY = 4096;

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

/** A block as a gzip member of its own, deflated in JavaScript: the same bytes on every Node, zlib and processor. */
export function fixedMember(block: Uint8Array, level: FixedLevel): Buffer {
  const tables = block.length <= TINY ? { windowBits: 12, memLevel: 5 } : {};
  return Buffer.concat([HEADER, deflateRaw(block, { level, ...tables }), memberTrailer(crc32(block), block.length)]);
}
