import { inflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { BlockWriter } from "./block-writer.ts";
import { Sequences } from "./matches.ts";

const writer = new BlockWriter();

/** Writes bytes, then matches; returns what they mean, and what zlib reads. */
function written(bytes: readonly number[], matches: readonly [length: number, distance: number][] = []) {
  const meant = [...bytes];
  const sequences = new Sequences();
  sequences.begin(matches.length + 1);
  for (const [at, [length, distance]] of matches.entries()) {
    sequences.add(at === 0 ? bytes.length : 0, distance, length);
    for (let left = length; left > 0; left--) meant.push(meant[meant.length - distance] as number);
  }
  sequences.add(matches.length === 0 ? bytes.length : 0, 0, 0);
  return { meant: Buffer.from(meant), read: inflateRawSync(writer.write(Uint8Array.from(meant), sequences)) };
}

const all = Array.from({ length: 256 }, (_, byte) => byte);
const lengths = Array.from({ length: 256 }, (_, at) => at + 3);
/** The first and the last distance of each of the 30 symbols. */
const distances = Array.from({ length: 15 }, (_, bits) => [2 ** bits, 1.5 * 2 ** bits])
  .flat()
  .flatMap((before) => [before, before + 1])
  .filter((distance) => Number.isInteger(distance) && distance <= 32_768);

it("writes each byte, each length and each distance that there is", () => {
  const bytes = Array.from({ length: 130 }, () => all).flat();
  const matches = [
    ...lengths.map((length): [number, number] => [length, length]),
    ...distances.map((distance): [number, number] => [3, distance]),
  ];
  expect([distances[0], distances.at(-1)]).toEqual([1, 24_577]);
  for (const block of [bytes, bytes.toReversed()]) {
    const { meant, read } = written(block, [...matches, [258, 32_767], [258, 32_768]]);
    expect(read.equals(meant)).toBe(true);
  }
});

it("writes small blocks by the fixed codes: each byte, each length and near distances", () => {
  const near = distances.filter((distance) => distance <= 256).map((distance): [number, number] => [3, distance]);
  for (let from = 0; from < lengths.length; from += 8) {
    const some = lengths.slice(from, from + 8).map((length): [number, number] => [length, 256]);
    const { meant, read } = written(all, [...some, ...near]);
    expect(meant.length).toBeLessThan(4096);
    expect(read.equals(meant)).toBe(true);
  }
});

it("writes bytes so seldom that their codes would have more than 15 bits", () => {
  // As often as the numbers of Fibonacci, 10,945 in all.
  const bytes: number[] = [];
  for (let [byte, now, next] = [0, 1, 1]; byte < 19; [byte, now, next] = [byte + 1, next, now + next])
    for (let left = now; left > 0; left--) bytes.push(7 * byte);
  const { meant, read } = written(bytes);
  expect(read.equals(meant)).toBe(true);
});

it("writes distances so seldom that their codes would have more than 11 bits", () => {
  const bytes = Array.from({ length: 40 }, () => all).flat();
  const matches: [number, number][] = [];
  for (let [symbol, now, next] = [0, 1, 1]; symbol < 16; [symbol, now, next] = [symbol + 1, next, now + next])
    for (let left = now; left > 0; left--) matches.push([4, distances[2 * symbol] as number]);
  const { meant, read } = written(bytes, matches);
  expect(read.equals(meant)).toBe(true);
});

it("writes blocks of one kind of symbol, large ones and empty ones", () => {
  for (const bytes of [[], [0], [255], Array<number>(4096).fill(9), Array<number>(50_000).fill(255)]) {
    const { meant, read } = written(bytes);
    expect(read.equals(meant)).toBe(true);
  }
});
