import type { FileStats } from "./file-stats.ts";

/** Numbers of a row: its path's hash, size, mtime, ctime, inode. */
export const FIELDS = 5;
/** Bytes of a row's numbers. */
export const NUMBERS_BYTES = FIELDS * Float64Array.BYTES_PER_ELEMENT;
/** Bytes of its sha256. */
export const HASH_BYTES = 32;

/** A hash of the file with these stats. */
export interface StatEntry {
  key: number;
  stats: FileStats;
  /** In hexadecimal. */
  sha256: string;
}

/** Hashes of files as rows of numbers, and the sha256 of each: an object for each would take three times the memory. */
export class StatRows {
  #numbers: Float64Array<ArrayBuffer>;
  #hashes: Buffer<ArrayBuffer>;
  #count: number;

  /** `hashes` has 32 bytes for each five of `numbers`; the memory of both becomes that of the rows alone. */
  constructor(numbers = new Float64Array(0), hashes = bytesOf(0)) {
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
    return this.#hashes.toString("hex", place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }

  push({ key, stats: { size, mtime, ctime, inode }, sha256 }: StatEntry): void {
    if (this.#count * FIELDS === this.#numbers.length) this.#grow();
    this.#numbers.set([key, size, mtime, ctime, inode], this.#count * FIELDS);
    this.#hashes.write(sha256, this.#count * HASH_BYTES, "hex");
    this.#count++;
  }

  /** Puts a row's numbers where those of the row at `at` stand in `target`. */
  copyNumbers(place: number, target: Float64Array, at: number): void {
    for (let field = 0; field < FIELDS; field++)
      target[at * FIELDS + field] = this.#numbers[place * FIELDS + field] as number;
  }

  /** Puts a row's hash where that of the row at `at` stands in `target`. */
  copyHash(place: number, target: Buffer, at: number): void {
    this.#hashes.copy(target, at * HASH_BYTES, place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }

  /** Its places in ascending order of their keys. */
  sorted(): Uint32Array {
    return Uint32Array.from({ length: this.#count }, (_, place) => place).sort(
      (one, other) => this.key(one) - this.key(other),
    );
  }

  /** Forgets the rows and gives their memory back at once, long before V8 would look for it: it is not on its heap. */
  release(): void {
    this.#replace(new Float64Array(0), bytesOf(0));
    this.#count = 0;
  }

  #grow(): void {
    const room = Math.max(1024, this.#count * 2);
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

/** Zeros in memory of their own. */
function bytesOf(length: number): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(length));
}
