import { BitWriter } from "./bit-writer.ts";
import { type Codes, CodesHeader } from "./codes-header.ts";
import { canonicalCode, huffmanCode } from "./huffman.ts";

/** Literals and matches that share a pair of codes. */
const TOKENS = 16 * 1024;
const END_OF_BLOCK = 256;

/** For a match's length without three, its symbol above the first, and what follows that in bits. */
const LENGTH_SYMBOLS = Uint8Array.from({ length: 256 }, (_, rest) => {
  const high = 31 - Math.clz32(rest);
  if (rest === 255) return 28;
  return rest < 8 ? rest : 4 * (high - 1) + ((rest >> (high - 2)) & 3);
});
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, symbol) =>
  symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1,
);

const FIXED: Codes = {
  literals: canonicalCode(new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)),
  distances: canonicalCode(new Uint8Array(30).fill(5)),
};

/**
 * Gathers literals and matches, and writes them as blocks: by codes of their own, or by the fixed ones where those take
 * less.
 */
export class BlockWriter {
  readonly #tokens = new Uint32Array(TOKENS);
  readonly #literals = new Uint32Array(286);
  readonly #distances = new Uint32Array(30);
  #gathered = 0;
  readonly #output = new BitWriter();

  /** Begins another stream, of that many bytes before they are deflated. */
  begin(length: number): void {
    // Codes that cost more than the fixed ones are not used, and those take at most nine bits for a byte.
    this.#output.begin(length + (length >> 3) + 64);
  }

  literal(byte: number): void {
    this.#add(byte);
    (this.#literals[byte] as number) += 1;
  }

  match(length: number, distance: number): void {
    this.#add((distance << 8) | (length - 3));
    (this.#literals[257 + (LENGTH_SYMBOLS[length - 3] as number)] as number) += 1;
    (this.#distances[distanceSymbol(distance)] as number) += 1;
  }

  /** The stream. */
  end(): Uint8Array<ArrayBuffer> {
    this.#block(true);
    return this.#output.end();
  }

  #add(token: number): void {
    if (this.#gathered === TOKENS) this.#block(false);
    this.#tokens[this.#gathered++] = token;
  }

  #block(isLast: boolean): void {
    this.#literals[END_OF_BLOCK] = 1;
    const own = { literals: huffmanCode(this.#literals, 15), distances: huffmanCode(this.#distances, 15) };
    const header = new CodesHeader(own);
    const isFixed = this.#size(FIXED) <= this.#size(own) + header.size;
    const output = this.#output;
    output.put(isLast ? 1 : 0, 1);
    output.put(isFixed ? 1 : 2, 2);
    if (!isFixed) header.write(output);
    const codes = isFixed ? FIXED : own;
    this.#write(codes);
    output.put(codes.literals.bits[END_OF_BLOCK] as number, codes.literals.lengths[END_OF_BLOCK] as number);
    this.#literals.fill(0);
    this.#distances.fill(0);
    this.#gathered = 0;
  }

  // A loop and nothing else, as in the deflate.
  #write({ literals, distances }: Codes): void {
    const output = this.#output;
    for (let i = 0; i < this.#gathered; i++) {
      const token = this.#tokens[i] as number;
      if (token < 256) {
        output.put(literals.bits[token] as number, literals.lengths[token] as number);
        continue;
      }
      const rest = token & 255;
      const length = LENGTH_SYMBOLS[rest] as number;
      output.put(literals.bits[257 + length] as number, literals.lengths[257 + length] as number);
      const more = LENGTH_BITS[length] as number;
      output.put(rest & ((1 << more) - 1), more);
      const distance = distanceSymbol(token >>> 8);
      output.put(distances.bits[distance] as number, distances.lengths[distance] as number);
      const far = distance < 4 ? 0 : (distance >> 1) - 1;
      output.put(((token >>> 8) - 1) & ((1 << far) - 1), far);
    }
  }

  /** How many bits the tokens of a block take, without what follows symbols: that is the same for all codes. */
  #size({ literals, distances }: Codes): number {
    let bits = 0;
    for (let symbol = 0; symbol < this.#literals.length; symbol++)
      bits += (this.#literals[symbol] as number) * (literals.lengths[symbol] as number);
    for (let symbol = 0; symbol < this.#distances.length; symbol++)
      bits += (this.#distances[symbol] as number) * (distances.lengths[symbol] as number);
    return bits;
  }
}

/** Symbols of a distance: for each power of two two, of which all but the first four are followed by bits. */
function distanceSymbol(distance: number): number {
  const rest = distance - 1;
  if (rest < 4) return rest;
  const high = 31 - Math.clz32(rest);
  return 2 * high + ((rest >> (high - 1)) & 1);
}
