import { crc32 } from "node:zlib";
import type { FileStats } from "./file-stats.ts";

/** Begins a file; written as a number of this machine, so that one of another byte order is not taken for it. */
const MARK = 0x1d5ec0de0002;
/** Mark, count and checksum. */
const HEAD = 3;
/** Numbers of an entry: its path's hash, size, mtime, ctime, inode. */
const FIELDS = 5;
const DOUBLE = 8;
const SHA256 = 32;

/** A hash that is to be written, of the file with these stats. */
export interface StatEntry {
  key: number;
  stats: FileStats;
  /** In hexadecimal. */
  sha256: string;
}

/**
 * The hashes of a tree's files as one block of memory, as it stands in a file: rows of numbers sorted by the hash of the
 * path, then the sha256 of each. It is searched where it lies; nothing is made of entries that nobody asks for.
 */
export class StatIndex {
  readonly #numbers: Float64Array;
  readonly #hashes: Buffer;
  readonly count: number;

  private constructor(numbers: Float64Array, hashes: Buffer) {
    this.#numbers = numbers;
    this.#hashes = hashes;
    this.count = numbers.length / FIELDS;
  }

  static readonly empty = new StatIndex(new Float64Array(0), Buffer.alloc(0));

  /** The index in a file's bytes; an empty one when they are anything else. */
  static of(bytes: Buffer): StatIndex {
    // Numbers must lie on multiples of their size.
    const file = bytes.byteOffset % DOUBLE === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    if (file.length < HEAD * DOUBLE) return StatIndex.empty;
    const [mark, count = 0, checksum] = new Float64Array(file.buffer, file.byteOffset, HEAD);
    const body = file.subarray(HEAD * DOUBLE);
    if (mark !== MARK || body.length !== count * (FIELDS * DOUBLE + SHA256) || checksum !== crc32(body))
      return StatIndex.empty;
    const numbers = new Float64Array(body.buffer, body.byteOffset, count * FIELDS);
    return new StatIndex(numbers, body.subarray(numbers.byteLength));
  }

  /** Where the file with this key and these stats stands; undefined when it is not known. */
  find(key: number, { size, mtime, ctime, inode }: FileStats): number | undefined {
    const numbers = this.#numbers;
    let low = 0;
    for (let high = this.count; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle * FIELDS] as number) < key) low = middle + 1;
      else high = middle;
    }
    for (; low < this.count && numbers[low * FIELDS] === key; low++) {
      const at = low * FIELDS;
      if (
        numbers[at + 1] === size &&
        numbers[at + 2] === mtime &&
        numbers[at + 3] === ctime &&
        numbers[at + 4] === inode
      )
        return low;
    }
    return undefined;
  }

  /** The sha256 at a place, in hexadecimal. */
  sha256(place: number): string {
    return this.#hashes.toString("hex", place * SHA256, (place + 1) * SHA256);
  }

  /** The bytes of an index with the entries of this one at `kept`, in ascending order, and `added`. */
  merge(kept: Iterable<number>, added: readonly StatEntry[]): Buffer {
    const places = [...kept];
    const sorted = added.toSorted((one, other) => one.key - other.key);
    const count = places.length + sorted.length;
    const file = Buffer.from(new ArrayBuffer(HEAD * DOUBLE + count * (FIELDS * DOUBLE + SHA256)));
    const numbers = new Float64Array(file.buffer, HEAD * DOUBLE, count * FIELDS);
    const hashes = file.subarray(HEAD * DOUBLE + numbers.byteLength);
    let [old, fresh] = [0, 0];
    for (let at = 0; at < count; at++) {
      const place = places[old];
      const entry = sorted[fresh];
      if (place !== undefined && (entry === undefined || (this.#numbers[place * FIELDS] as number) <= entry.key)) {
        numbers.set(this.#numbers.subarray(place * FIELDS, (place + 1) * FIELDS), at * FIELDS);
        this.#hashes.copy(hashes, at * SHA256, place * SHA256, (place + 1) * SHA256);
        old++;
      } else if (entry !== undefined) {
        const { size, mtime, ctime, inode } = entry.stats;
        numbers.set([entry.key, size, mtime, ctime, inode], at * FIELDS);
        hashes.write(entry.sha256, at * SHA256, "hex");
        fresh++;
      }
    }
    const checksum = crc32(file.subarray(HEAD * DOUBLE));
    new Float64Array(file.buffer, 0, HEAD).set([MARK, count, checksum]);
    return file;
  }
}

/** A path as a number of 53 bits (cyrb53): which of a tree's files it is, beside inode, size and times. */
export function pathKey(path: string): number {
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0);
}
