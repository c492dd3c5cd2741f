import { type HuffmanCode, huffmanCode } from "./huffman.ts";

/** The order in which lengths of the third code are written (RFC 1951 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The two codes of a block: of literals and lengths, and of distances. */
export interface Codes {
  literals: HuffmanCode;
  distances: HuffmanCode;
}

/** What a block says of its codes (RFC 1951 3.2.7): their lengths, runs of equals shortened, by a third code. */
export class CodesHeader {
  readonly size: number;
  readonly #literals: number;
  readonly #distances: number;
  readonly #lengths: number;
  readonly #code: HuffmanCode;
  /** Symbols of the third code, and for each what follows it and in how many bits. */
  readonly #written: [symbol: number, value: number, bits: number][] = [];

  constructor({ literals, distances }: Codes) {
    this.#literals = usedOf(literals.lengths, 257);
    this.#distances = usedOf(distances.lengths, 1);
    const lengths = [
      ...literals.lengths.subarray(0, this.#literals),
      ...distances.lengths.subarray(0, this.#distances),
    ];
    for (let at = 0; at < lengths.length; ) {
      const length = lengths[at] as number;
      let run = 1;
      while (lengths[at + run] === length) run++;
      at += run;
      this.#run(length, run);
    }
    const counts = new Uint32Array(ORDER.length);
    for (const [symbol] of this.#written) (counts[symbol] as number) += 1;
    this.#code = huffmanCode(counts, 7);
    this.#lengths = usedOf(
      Uint8Array.from(ORDER, (symbol) => this.#code.lengths[symbol] as number),
      4,
    );
    this.size = 14 + 3 * this.#lengths;
    for (const [symbol, , bits] of this.#written) this.size += (this.#code.lengths[symbol] as number) + bits;
  }

  write(put: (value: number, bits: number) => void): void {
    put(this.#literals - 257, 5);
    put(this.#distances - 1, 5);
    put(this.#lengths - 4, 4);
    for (const symbol of ORDER.slice(0, this.#lengths)) put(this.#code.lengths[symbol] as number, 3);
    for (const [symbol, value, bits] of this.#written) {
      put(this.#code.bits[symbol] as number, this.#code.lengths[symbol] as number);
      put(value, bits);
    }
  }

  #run(length: number, times: number): void {
    let left = times;
    if (length === 0) {
      for (; left >= 11; left -= Math.min(left, 138)) this.#written.push([18, Math.min(left, 138) - 11, 7]);
      if (left >= 3) {
        this.#written.push([17, left - 3, 3]);
        left = 0;
      }
    } else {
      this.#written.push([length, 0, 0]);
      for (left--; left >= 3; left -= Math.min(left, 6)) this.#written.push([16, Math.min(left, 6) - 3, 2]);
    }
    for (; left > 0; left--) this.#written.push([length, 0, 0]);
  }
}

/** How many lengths there are up to the last that is not 0, and at least so many. */
function usedOf(lengths: Uint8Array, least: number): number {
  let used = lengths.length;
  while (used > least && lengths[used - 1] === 0) used--;
  return used;
}
