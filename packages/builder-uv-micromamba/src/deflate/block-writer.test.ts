import { inflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { BlockWriter } from "./block-writer.ts";

const writer = new BlockWriter();

/** Writes bytes, then matches; returns what they mean, and what zlib reads. */
function written(bytes: readonly number[], matches: readonly [length: number, distance: number][] = []) {
  const meant = [...bytes];
  writer.begin(bytes.length + 258 * matches.length);
  for (const byte of bytes) writer.literal(byte);
  for (const [length, distance] of matches) {
    writer.match(length, distance);
    for (let left = length; left > 0; left--) meant.push(meant[meant.length - distance] as number);
  }
  return { meant: Buffer.from(meant), read: inflateRawSync(writer.end()) };
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

it("writes bytes so seldom that their codes would have more than 15 bits", () => {
  // As often as the numbers of Fibonacci, 10,945 in all, which are one block.
  const bytes: number[] = [];
  for (let [byte, now, next] = [0, 1, 1]; byte < 19; [byte, now, next] = [byte + 1, next, now + next])
    for (let left = now; left > 0; left--) bytes.push(7 * byte);
  const { meant, read } = written(bytes);
  expect(read.equals(meant)).toBe(true);
});

it("writes blocks of one kind of symbol, full ones and empty ones", () => {
  for (const bytes of [
    [],
    [0],
    [255],
    Array<number>(16_384).fill(9),
    Array<number>(16_385).fill(200),
    Array<number>(50_000).fill(255),
  ]) {
    const { meant, read } = written(bytes);
    expect(read.equals(meant)).toBe(true);
  }
});
