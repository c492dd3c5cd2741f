import { describe, expect, it } from "vitest";
import { canonicalCode, codeLengths } from "./huffman.ts";

/** How much of the room for codes is taken: 1 for a complete code. */
const taken = (lengths: Uint8Array) => lengths.reduce((sum, length) => sum + (length === 0 ? 0 : 2 ** -length), 0);

describe("codeLengths", () => {
  it("gives the lengths of Huffman's tree, and no code to what does not occur", () => {
    expect([...codeLengths(Uint32Array.from([5, 0, 9, 12, 13, 16, 45]), 15)]).toEqual([4, 0, 4, 3, 3, 3, 1]);
  });

  it.each([7, 8, 15])("stays complete where the tree is deeper than %d", (limit) => {
    // As often as the numbers of Fibonacci: each is one deeper than the one before.
    const frequencies = new Uint32Array(24);
    for (let [at, a, b] = [0, 1, 1]; at < 24; [at, a, b] = [at + 1, b, a + b]) frequencies[at] = a;
    const lengths = codeLengths(frequencies, limit);
    expect(Math.max(...lengths)).toBe(limit);
    expect(taken(lengths)).toBe(1);
  });

  it("has two codes at least", () => {
    expect([...codeLengths(new Uint32Array(3), 15)]).toEqual([1, 1, 0]);
    expect([...codeLengths(Uint32Array.from([0, 0, 7]), 15)]).toEqual([1, 0, 1]);
  });
});

describe("canonicalCode", () => {
  it("is that of the RFC's example, its bits turned around", () => {
    const code = canonicalCode(Uint8Array.from([3, 3, 3, 3, 3, 2, 4, 4]));
    const written = [...code].map((each) => (each >>> 5).toString(2).padStart(each & 31, "0"));
    expect(written.map((text) => [...text].reverse().join(""))).toEqual([
      "010",
      "011",
      "100",
      "101",
      "110",
      "00",
      "1110",
      "1111",
    ]);
  });
});
