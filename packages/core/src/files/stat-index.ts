import { crc32 } from "node:zlib";
import type { FileStats } from "./file-stats.ts";
import { FIELDS, HASH_BYTES, NUMBERS_BYTES, StatRows } from "./stat-rows.ts";

/** Begins a file; written as a number of this machine, so that one of another byte order is not taken for it. */
const MARK = 0x1d5ec0de0002;
/** Mark, count and checksum. */
const HEAD = 3;
const DOUBLE = 8;
/** Entries that are written at a time. */
const PIECE = 4096;

/**
 * The hashes of a tree's files as one block of memory, as it stands in a file: rows of numbers sorted by the hash of
 * the path, then the sha256 of each. It is searched where it lies; no object is made for an entry that nobody asks for.
 */
export class StatIndex {
  readonly #rows: StatRows;

  private constructor(rows: StatRows) {
    this.#rows = rows;
  }

  static get empty(): StatIndex {
    return new StatIndex(new StatRows());
  }

  /** The index in a file's bytes, whose memory becomes its own; an empty one when they are anything else. */
  static of(bytes: Buffer<ArrayBuffer>): StatIndex {
    // Small buffers share their memory with others, and begin where numbers cannot lie.
    const file = bytes.length === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    if (file.length < HEAD * DOUBLE) return StatIndex.empty;
    const [mark, count = 0, checksum] = new Float64Array(file.buffer, file.byteOffset, HEAD);
    const body = file.subarray(HEAD * DOUBLE);
    if (mark !== MARK || body.length !== count * (NUMBERS_BYTES + HASH_BYTES) || checksum !== crc32(body))
      return StatIndex.empty;
    return new StatIndex(rowsIn(body, count));
  }

  get count(): number {
    return this.#rows.count;
  }

  /** Where the file with this key and these stats stands; undefined when it is not known. */
  find(key: number, stats: FileStats): number | undefined {
    const rows = this.#rows;
    let low = 0;
    for (let high = rows.count; low < high; ) {
      const middle = (low + high) >>> 1;
      if (rows.key(middle) < key) low = middle + 1;
      else high = middle;
    }
    for (; low < rows.count && rows.key(low) === key; low++) if (rows.isOf(low, stats)) return low;
    return undefined;
  }

  /** The sha256 at a place, in hexadecimal. */
  sha256(place: number): string {
    return this.#rows.sha256(place);
  }

  /** Forgets its entries and gives their memory back at once. */
  release(): void {
    this.#rows.release();
  }

  /**
   * The bytes of an index with the entries of this one at `kept`, in ascending order, and `added`. They come in pieces,
   * since all of them at once would take as much memory again; each piece is overwritten by the next.
   */
  *merge(kept: Iterable<number>, added: StatRows): Generator<Buffer> {
    const order = this.#order(kept, added);
    let checksum = 0;
    for (const piece of this.#body(order, added)) checksum = crc32(piece, checksum);
    yield Buffer.from(Float64Array.of(MARK, order.length, checksum).buffer);
    yield* this.#body(order, added);
  }

  /** Where the entries of a merged index are taken from: places of this one and, counted on from its end, of `added`. */
  #order(kept: Iterable<number>, added: StatRows): Uint32Array {
    const rows = this.#rows;
    const places = Uint32Array.from(kept);
    const sorted = added.sorted();
    const order = new Uint32Array(places.length + sorted.length);
    let [old, fresh] = [0, 0];
    for (let at = 0; at < order.length; at++) {
      const place = places[old];
      const other = sorted[fresh];
      if (place !== undefined && (other === undefined || rows.key(place) <= added.key(other))) {
        order[at] = place;
        old++;
      } else if (other !== undefined) {
        order[at] = rows.count + other;
        fresh++;
      }
    }
    return order;
  }

  /** The numbers of the entries in this order, then their hashes. */
  *#body(order: Uint32Array, added: StatRows): Generator<Buffer> {
    const rows = this.#rows;
    const numbers = new Float64Array(PIECE * FIELDS);
    const bytes = Buffer.from(numbers.buffer);
    for (const places of slicesOf(order)) {
      places.forEach((place, at) => {
        if (place < rows.count) rows.copyNumbers(place, numbers, at);
        else added.copyNumbers(place - rows.count, numbers, at);
      });
      yield bytes.subarray(0, places.length * NUMBERS_BYTES);
    }
    for (const places of slicesOf(order)) {
      places.forEach((place, at) => {
        if (place < rows.count) rows.copyHash(place, bytes, at);
        else added.copyHash(place - rows.count, bytes, at);
      });
      yield bytes.subarray(0, places.length * HASH_BYTES);
    }
  }
}

function* slicesOf(order: Uint32Array): Generator<Uint32Array> {
  for (let from = 0; from < order.length; from += PIECE) yield order.subarray(from, from + PIECE);
}

/** The rows of that many entries that stand in these bytes. */
function rowsIn(body: Buffer<ArrayBuffer>, count: number): StatRows {
  const numbers = new Float64Array(body.buffer, body.byteOffset, count * FIELDS);
  return new StatRows(numbers, body.subarray(numbers.byteLength));
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
