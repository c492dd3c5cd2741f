import type { BitWriter } from "./bit-writer.ts";
import { type HuffmanCode, huffmanCode } from "./huffman.ts";

/** The order in which lengths of the third code are written (RFC 1951 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** For each symbol of the third code, how many bits follow it. */
const FOLLOWING = Uint8Array.from({ length: ORDER.length }, (_, symbol) => [2, 3, 7][symbol - 16] ?? 0);

/** The two codes of a block: of literals and lengths, and of distances. */
export interface Codes {
  literals: HuffmanCode;
  distances: HuffmanCode;
}

/** What a block says of its codes (RFC 1951 3.2.7): their lengths, runs of equals shortened, by a third code. */
export class CodesHeader {
  /** In bits. */
  readonly size: number;
  readonly #literals: number;
  readonly #distances: number;
  readonly #lengths: number;
  readonly #code: HuffmanCode;
  /** Symbols of the third code, each in five bits below what follows it. */
  readonly #written: Uint16Array;
  #count = 0;

  constructor({ literals, distances }: Codes) {
    this.#literals = usedOf(literals.lengths, 257);
    this.#distances = usedOf(distances.lengths, 1);
    const lengths = new Uint8Array(this.#literals + this.#distances);
    lengths.set(literals.lengths.subarray(0, this.#literals));
    lengths.set(distances.lengths.subarray(0, this.#distances), this.#literals);
    this.#written = new Uint16Array(lengths.length);
    const counts = new Uint32Array(ORDER.length);
    for (let at = 0; at < lengths.length; ) {
      const length = lengths[at] as number;
      let run = 1;
      while (at + run < lengths.length && lengths[at + run] === length) run++;
      at += run;
      this.#run(length, run);
    }
    for (let at = 0; at < this.#count; at++) (counts[(this.#written[at] as number) & 31] as number) += 1;
    this.#code = huffmanCode(counts, 7);
    let used = ORDER.length;
    while (used > 4 && this.#code.lengths[ORDER[used - 1] as number] === 0) used--;
    this.#lengths = used;
    this.size = 14 + 3 * used;
    for (let symbol = 0; symbol < counts.length; symbol++) {
      const bits = (this.#code.lengths[symbol] as number) + (FOLLOWING[symbol] as number);
      this.size += (counts[symbol] as number) * bits;
    }
  }

  write(to: BitWriter): void {
    to.put(this.#literals - 257, 5);
    to.put(this.#distances - 1, 5);
    to.put(this.#lengths - 4, 4);
    for (let at = 0; at < this.#lengths; at++) to.put(this.#code.lengths[ORDER[at] as number] as number, 3);
    for (let at = 0; at < this.#count; at++) {
      const written = this.#written[at] as number;
      const symbol = written & 31;
      to.put(this.#code.bits[symbol] as number, this.#code.lengths[symbol] as number);
      to.put(written >> 5, FOLLOWING[symbol] as number);
    }
  }

  #run(length: number, times: number): void {
    let left = times;
    if (length === 0) {
      for (; left >= 11; left -= Math.min(left, 138)) this.#symbol(18, Math.min(left, 138) - 11);
      if (left >= 3) {
        this.#symbol(17, left - 3);
        left = 0;
      }
    } else {
      this.#symbol(length, 0);
      for (left--; left >= 3; left -= Math.min(left, 6)) this.#symbol(16, Math.min(left, 6) - 3);
    }
    for (; left > 0; left--) this.#symbol(length, 0);
  }

  #symbol(symbol: number, following: number): void {
    this.#written[this.#count++] = (following << 5) | symbol;
  }
}

/** How many lengths there are up to the last that is not 0, and at least so many. */
function usedOf(lengths: Uint8Array, least: number): number {
  let used = lengths.length;
  while (used > least && lengths[used - 1] === 0) used--;
  return used;
}
