import { crc32 } from "node:zlib";
import { bytesIn } from "./bytes-in.ts";
import type { FileStats } from "./file-stats.ts";

/** Begins a file; written as a number of this machine, so that one of another byte order is not taken for it. */
const MARK = 0x1d5ec0de0003;
/** Mark, count and checksum. */
const HEAD = 3;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;
/** Numbers of a row: its path's hash, size, mtime, ctime, inode. */
const FIELDS = 5;
const NUMBERS_BYTES = FIELDS * DOUBLE;
/** Bytes of its sha256. */
const HASH_BYTES = 32;
/** Rows that are written at a time. */
const PIECE = 4096;
const FEWEST = 1024;

/** A hash of the file with these stats. */
export interface StatEntry {
  key: number;
  stats: FileStats;
  /** In hexadecimal. */
  sha256: string;
}

/**
 * The hashes of a tree's files as rows of numbers and the sha256 of each, as they stand in a file: an object for each
 * would take three times the memory. A row is found by the key of its path, in a hash table with linear probing, no
 * more than half full: it has four to eight times less memory than a Map of numbers. Not by the inode, which files of
 * two file systems may share, and which some file systems give to all of theirs.
 */
export class StatIndex {
  #numbers: Float64Array<ArrayBuffer>;
  #hashes: Buffer<ArrayBuffer>;
  #count: number;
  /** Each a place plus one; zero is free. */
  #slots = new Uint32Array(0);

  /** `hashes` has 32 bytes for each five of `numbers`; the memory of both becomes that of the index alone. */
  constructor(numbers = new Float64Array(0), hashes = bytesOf(0)) {
    this.#numbers = numbers;
    this.#hashes = hashes;
    this.#count = numbers.length / FIELDS;
    this.#fillSlots();
  }

  /** The index in a file's bytes, whose memory becomes its own; an empty one when they are anything else. */
  static of(bytes: Buffer<ArrayBuffer>): StatIndex {
    // Small buffers share their memory with others, and begin where numbers cannot lie.
    const file = bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    if (file.length < HEAD * DOUBLE) return new StatIndex();
    const [mark, count = 0, checksum] = new Float64Array(file.buffer, file.byteOffset, HEAD);
    const body = file.subarray(HEAD * DOUBLE);
    if (mark !== MARK || body.length !== count * (NUMBERS_BYTES + HASH_BYTES) || checksum !== crc32(body))
      return new StatIndex();
    const numbers = new Float64Array(body.buffer, body.byteOffset, count * FIELDS);
    return new StatIndex(numbers, body.subarray(numbers.byteLength));
  }

  get count(): number {
    return this.#count;
  }

  /** Where the file with this key and these stats stands; undefined when it is not known. */
  find(key: number, stats: FileStats): number | undefined {
    return this.#first(key, (place) => this.#isOf(place, key, stats));
  }

  /** Where an entry with this key and hash stands, of those that `counts` is true for. */
  findContent(key: number, sha256: string, counts: (place: number) => boolean): number | undefined {
    return this.#first(
      key,
      (place) => this.#numbers[place * FIELDS] === key && counts(place) && this.sha256(place) === sha256,
    );
  }

  /** Copies size, mtime, ctime and inode of the entry at a place. */
  copyStats(place: number, target: Float64Array, at: number): void {
    for (let field = 1; field < FIELDS; field++)
      target[at + field - 1] = this.#numbers[place * FIELDS + field] as number;
  }

  /** The sha256 at a place, in hexadecimal. */
  sha256(place: number): string {
    return this.#hashes.toString("hex", place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }

  /** Adds an entry, which may be the second of its path. */
  add({ key, stats: { size, mtime, ctime, inode }, sha256 }: StatEntry): void {
    if (this.#count * FIELDS === this.#numbers.length) this.#grow();
    this.#numbers.set([key, size, mtime, ctime, inode], this.#count * FIELDS);
    this.#hashes.write(sha256, this.#count * HASH_BYTES, "hex");
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#fillSlots();
    else this.#put(this.#count - 1);
  }

  /**
   * Forgets its entries and gives their memory back at once, long before V8 would look for it: it is not on its heap.
   */
  release(): void {
    this.#replace(new Float64Array(0), bytesOf(0));
    this.#count = 0;
    this.#fillSlots();
  }

  /**
   * The bytes of an index with the entries of this one at `kept` and those of `added`. They come in pieces, since all
   * of them at once would take as much memory again; each piece is overwritten by the next.
   */
  *merge(kept: Iterable<number>, added: StatIndex): Generator<Buffer> {
    const places = Uint32Array.from(kept);
    let checksum = 0;
    for (const piece of this.#body(places, added)) checksum = crc32(piece, checksum);
    yield Buffer.from(Float64Array.of(MARK, places.length + added.count, checksum).buffer);
    yield* this.#body(places, added);
  }

  /** The numbers of the entries, then their hashes. */
  *#body(kept: Uint32Array, added: StatIndex): Generator<Buffer> {
    yield* copied(bytesIn(this.#numbers), NUMBERS_BYTES, kept);
    yield bytesIn(added.#numbers).subarray(0, added.#count * NUMBERS_BYTES);
    yield* copied(this.#hashes, HASH_BYTES, kept);
    yield added.#hashes.subarray(0, added.#count * HASH_BYTES);
  }

  #first(key: number, isIt: (place: number) => boolean): number | undefined {
    for (let at = this.#slot(key); ; at = this.#slot(at + 1)) {
      const place = (this.#slots[at] as number) - 1;
      if (place < 0) return undefined;
      if (isIt(place)) return place;
    }
  }

  #isOf(place: number, key: number, { size, mtime, ctime, inode }: FileStats): boolean {
    const at = place * FIELDS;
    const numbers = this.#numbers;
    if (numbers[at] !== key || numbers[at + 1] !== size) return false;
    return numbers[at + 2] === mtime && numbers[at + 3] === ctime && numbers[at + 4] === inode;
  }

  /** A key is a hash itself: any of its bits will do. */
  #slot(key: number): number {
    return (key >>> 0) & (this.#slots.length - 1);
  }

  #put(place: number): void {
    let at = this.#slot(this.#numbers[place * FIELDS] as number);
    while (this.#slots[at] !== 0) at = this.#slot(at + 1);
    this.#slots[at] = place + 1;
  }

  /** Makes the table of slots anew, which are a power of two. */
  #fillSlots(): void {
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(FEWEST, this.#count * 2))));
    for (let place = 0; place < this.#count; place++) this.#put(place);
  }

  #grow(): void {
    const room = Math.max(FEWEST, this.#count * 2);
    const numbers = new Float64Array(room * FIELDS);
    numbers.set(this.#numbers);
    const hashes = bytesOf(room * HASH_BYTES);
    this.#hashes.copy(hashes);
    this.#replace(numbers, hashes);
  }

  #replace(numbers: Float64Array<ArrayBuffer>, hashes: Buffer<ArrayBuffer>): void {
    for (const { buffer } of [this.#numbers, this.#hashes]) if (!buffer.detached) buffer.transfer(0);
    this.#numbers = numbers;
    this.#hashes = hashes;
  }
}

/** The rows of that many bytes at these places, a piece at a time. */
function* copied(rows: Buffer, bytes: number, places: Uint32Array): Generator<Buffer> {
  const piece = bytesOf(PIECE * bytes);
  for (let from = 0; from < places.length; from += PIECE) {
    const slice = places.subarray(from, from + PIECE);
    slice.forEach((place, at) => void rows.copy(piece, at * bytes, place * bytes, (place + 1) * bytes));
    yield piece.subarray(0, slice.length * bytes);
  }
}

/** Zeros in memory of their own. */
function bytesOf(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(length));
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
