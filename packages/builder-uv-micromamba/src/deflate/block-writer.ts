import { type BitCode, BitWriter } from "./bit-writer.ts";
import { writeCodesHeader } from "./codes-header.ts";
import { canonicalCode, codeLengths } from "./huffman.ts";
import type { Sequences } from "./matches.ts";

/** Inputs of fewer bytes are written by the fixed codes: making codes of their own takes longer than all else. */
const FIXED_BELOW = 4096;
/** Sequences that are written in one call: V8 compiles that sooner, as where matches are searched. */
const STRETCH = 256;
const END_OF_BLOCK = 256;
/** No distance's code is longer than this, so that it fits in a {@link BitCode} with the bits that follow it. */
const LONGEST_DISTANCE = 11;

/** For a match's length without three, its symbol above the first, and what follows that in bits. */
const LENGTH_SYMBOLS = Uint8Array.from({ length: 256 }, (_, rest) => {
  const high = 31 - Math.clz32(rest);
  if (rest === 255) return 28;
  return rest < 8 ? rest : 4 * (high - 1) + ((rest >> (high - 2)) & 3);
});
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, symbol) =>
  symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1,
);

/** The codes of a block. */
class Codes {
  readonly literals: Uint32Array;
  readonly distances: Uint32Array;
  /** For a match's length without three, its symbol's code and what follows. */
  readonly lengths = new Uint32Array(256);

  constructor(literals: Uint8Array, distances: Uint8Array) {
    this.literals = canonicalCode(literals);
    this.distances = canonicalCode(distances);
    for (let rest = 0; rest < 256; rest++) {
      const symbol = LENGTH_SYMBOLS[rest] as number;
      const more = LENGTH_BITS[symbol] as number;
      this.lengths[rest] = followed(this.literals[257 + symbol] as number, rest & ((1 << more) - 1), more);
    }
  }
}

const FIXED = new Codes(
  new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280),
  new Uint8Array(30).fill(5),
);

/** Writes inputs as streams of one block each. */
export class BlockWriter {
  readonly #literals = new Uint32Array(286);
  readonly #distances = new Uint32Array(30);
  readonly #output = new BitWriter();
  #codes = FIXED;
  /** Where in the input the next sequence begins. */
  #at = 0;

  write(input: Uint8Array<ArrayBuffer>, sequences: Sequences): Uint8Array<ArrayBuffer> {
    const output = this.#output;
    // No literal takes more than two bytes, no match more than six, and no header a kilobyte.
    output.begin(2 * input.length + 1024);
    output.put(1, 1);
    if (input.length < FIXED_BELOW) {
      output.put(1, 2);
      this.#codes = FIXED;
    } else {
      output.put(2, 2);
      this.#codes = this.#ownCodes(input, sequences);
    }
    this.#at = 0;
    for (let from = 0; from < sequences.count; from += STRETCH)
      this.#write(input, sequences, from, Math.min(from + STRETCH, sequences.count));
    output.code(this.#codes.literals[END_OF_BLOCK] as number);
    return output.end();
  }

  #ownCodes(input: Uint8Array, sequences: Sequences): Codes {
    this.#literals.fill(0);
    this.#distances.fill(0);
    this.#literals[END_OF_BLOCK] = 1;
    this.#at = 0;
    for (let from = 0; from < sequences.count; from += STRETCH)
      this.#count(input, sequences, from, Math.min(from + STRETCH, sequences.count));
    const literals = codeLengths(this.#literals, 15);
    const distances = codeLengths(this.#distances, LONGEST_DISTANCE);
    writeCodesHeader(this.#output, literals, distances);
    return new Codes(literals, distances);
  }

  #count(input: Uint8Array, sequences: Sequences, from: number, to: number): void {
    const literals = this.#literals;
    let at = this.#at;
    for (let sequence = from; sequence < to; sequence++) {
      for (const end = at + sequences.literals(sequence); at < end; at++)
        (literals[input[at] as number] as number) += 1;
      const match = sequences.match(sequence);
      if (match === 0) break;
      at += match & 511;
      (literals[257 + (LENGTH_SYMBOLS[(match & 511) - 3] as number)] as number) += 1;
      (this.#distances[distanceSymbol(match >>> 9)] as number) += 1;
    }
    this.#at = at;
  }

  #write(input: Uint8Array, sequences: Sequences, from: number, to: number): void {
    const output = this.#output;
    const { literals, lengths, distances } = this.#codes;
    let at = this.#at;
    for (let sequence = from; sequence < to; sequence++) {
      for (const end = at + sequences.literals(sequence); at < end; at++)
        output.code(literals[input[at] as number] as number);
      const match = sequences.match(sequence);
      if (match === 0) break;
      at += match & 511;
      output.code(lengths[(match & 511) - 3] as number);
      const distance = match >>> 9;
      const symbol = distanceSymbol(distance);
      const more = symbol < 4 ? 0 : (symbol >> 1) - 1;
      output.code(followed(distances[symbol] as number, (distance - 1) & ((1 << more) - 1), more));
    }
    this.#at = at;
  }
}

/** A symbol's code with what follows it, which has that many bits. */
function followed(code: BitCode, following: number, bits: number): BitCode {
  return (following << ((code & 31) + 5)) | (code + bits);
}

/** Symbols of a distance: for each power of two two, of which all but the first four are followed by bits. */
function distanceSymbol(distance: number): number {
  const rest = distance - 1;
  if (rest < 4) return rest;
  const high = 31 - Math.clz32(rest);
  return 2 * high + ((rest >> (high - 1)) & 1);
}
