import type { FileStats } from "./file-stats.ts";

/** Numbers of a row: its path's hash, size, mtime, ctime, inode. */
export const FIELDS = 5;
const SHA256 = 32;
/** Bytes of a row in a file: its numbers, and its hash. */
export const ROW_BYTES = FIELDS * Float64Array.BYTES_PER_ELEMENT + SHA256;

/** A hash of the file with these stats. */
export interface StatEntry {
  key: number;
  stats: FileStats;
  /** In hexadecimal. */
  sha256: string;
}

/** Hashes of files as rows of numbers, and the sha256 of each: an object for each would take three times the memory. */
export class StatRows {
  #numbers: Float64Array<ArrayBufferLike>;
  #hashes: Buffer;
  #count: number;

  /** `hashes` has 32 bytes for each five of `numbers`. */
  constructor(numbers: Float64Array<ArrayBufferLike> = new Float64Array(0), hashes: Buffer = Buffer.alloc(0)) {
    this.#numbers = numbers;
    this.#hashes = hashes;
    this.#count = numbers.length / FIELDS;
  }

  static of(entries: Iterable<StatEntry>): StatRows {
    const rows = new StatRows();
    for (const entry of entries) rows.push(entry);
    return rows;
  }

  get count(): number {
    return this.#count;
  }

  key(place: number): number {
    return this.#numbers[place * FIELDS] as number;
  }

  isOf(place: number, { size, mtime, ctime, inode }: FileStats): boolean {
    const numbers = this.#numbers;
    const at = place * FIELDS;
    return (
      numbers[at + 1] === size && numbers[at + 2] === mtime && numbers[at + 3] === ctime && numbers[at + 4] === inode
    );
  }

  /** In hexadecimal. */
  sha256(place: number): string {
    return this.#hashes.toString("hex", place * SHA256, (place + 1) * SHA256);
  }

  push({ key, stats: { size, mtime, ctime, inode }, sha256 }: StatEntry): void {
    if (this.#count * FIELDS === this.#numbers.length) this.#grow();
    this.#numbers.set([key, size, mtime, ctime, inode], this.#count * FIELDS);
    this.#hashes.write(sha256, this.#count * SHA256, "hex");
    this.#count++;
  }

  /** Puts the row at a place of another into a place of this. */
  copy(place: number, from: StatRows, other: number): void {
    this.#numbers.set(from.#numbers.subarray(other * FIELDS, (other + 1) * FIELDS), place * FIELDS);
    from.#hashes.copy(this.#hashes, place * SHA256, other * SHA256, (other + 1) * SHA256);
  }

  /** Its places in ascending order of their keys. */
  sorted(): Uint32Array {
    return Uint32Array.from({ length: this.#count }, (_, place) => place).sort(
      (one, other) => this.key(one) - this.key(other),
    );
  }

  #grow(): void {
    const room = Math.max(1024, this.#count * 2);
    const numbers = new Float64Array(room * FIELDS);
    numbers.set(this.#numbers);
    const hashes = Buffer.alloc(room * SHA256);
    this.#hashes.copy(hashes);
    this.#numbers = numbers;
    this.#hashes = hashes;
  }
}
