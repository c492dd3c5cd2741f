import { expect, it } from "vitest";
import { FrameReader, frame } from "./frames.ts";

const FRAMES = [
  ["a", "bytes of a"],
  ["", ""],
  ["b", ""],
  ["a longer path", "x".repeat(300)],
] as const;

it.each([1, 3, 7, 64, 10_000])("reads frames that come in pieces of %i bytes", (size) => {
  const all = Buffer.concat(FRAMES.map(([path, bytes]) => frame(Buffer.from(path), Buffer.from(bytes))));
  const found: string[][] = [];
  const reader = new FrameReader((path, bytes) => found.push([path.toString(), bytes.toString()]));
  for (let at = 0; at < all.length; at += size) reader.write(all.subarray(at, at + size));
  expect(found).toEqual(FRAMES);
});
