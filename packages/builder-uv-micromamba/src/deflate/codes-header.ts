import type { BitWriter } from "./bit-writer.ts";
import { canonicalCode, codeLengths } from "./huffman.ts";

/** The order in which lengths of the third code are written (RFC 1951 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** For each symbol of the third code, how many bits follow it. */
const FOLLOWING = Uint8Array.from({ length: ORDER.length }, (_, symbol) => [2, 3, 7][symbol - 16] ?? 0);

/**
 * Writes what a block says of its two codes, of literals and lengths and of distances (RFC 1951 3.2.7): how many bits
 * their symbols have, runs of equals shortened, by a third code.
 */
export function writeCodesHeader(output: BitWriter, literals: Uint8Array, distances: Uint8Array): void {
  const ofLiterals = usedOf(literals, 257);
  const ofDistances = usedOf(distances, 1);
  const lengths = new Uint8Array(ofLiterals + ofDistances);
  lengths.set(literals.subarray(0, ofLiterals));
  lengths.set(distances.subarray(0, ofDistances), ofLiterals);
  const symbols = shortened(lengths);
  const counts = new Uint32Array(ORDER.length);
  for (const symbol of symbols) (counts[symbol & 31] as number) += 1;
  const thirdLengths = codeLengths(counts, 7);
  const third = canonicalCode(thirdLengths);
  let used = ORDER.length;
  while (used > 4 && thirdLengths[ORDER[used - 1] as number] === 0) used--;
  output.put(ofLiterals - 257, 5);
  output.put(ofDistances - 1, 5);
  output.put(used - 4, 4);
  for (const symbol of ORDER.slice(0, used)) output.put(thirdLengths[symbol] as number, 3);
  for (const symbol of symbols) {
    output.code(third[symbol & 31] as number);
    output.put(symbol >> 5, FOLLOWING[symbol & 31] as number);
  }
}

/** Symbols of the third code, each in five bits below what follows it. */
function shortened(lengths: Uint8Array): number[] {
  const symbols: number[] = [];
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] as number;
    let left = 1;
    while (at + left < lengths.length && lengths[at + left] === length) left++;
    at += left;
    if (length === 0) {
      for (; left >= 11; left -= Math.min(left, 138)) symbols.push(((Math.min(left, 138) - 11) << 5) | 18);
      if (left >= 3) {
        symbols.push(((left - 3) << 5) | 17);
        left = 0;
      }
    } else {
      symbols.push(length);
      for (left--; left >= 3; left -= Math.min(left, 6)) symbols.push(((Math.min(left, 6) - 3) << 5) | 16);
    }
    for (; left > 0; left--) symbols.push(length);
  }
  return symbols;
}

/** How many lengths there are up to the last that is not 0, and at least so many. */
function usedOf(lengths: Uint8Array, least: number): number {
  let used = lengths.length;
  while (used > least && lengths[used - 1] === 0) used--;
  return used;
}
