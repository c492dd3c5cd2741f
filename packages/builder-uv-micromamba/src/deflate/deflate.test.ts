import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sample } from "../layer/fixtures/sample.ts";
import { Deflater } from "./deflate.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const noise = Buffer.concat(Array.from({ length: 3000 }, (_, at) => createHash("sha512").update(String(at)).digest()));
const deflater = new Deflater();
const deflate = (input: Uint8Array<ArrayBuffer>) => deflater.deflate(input);
const isReadBack = (input: Uint8Array<ArrayBuffer>) => inflateRawSync(deflate(input)).equals(input);

describe("deflate", () => {
  it("writes these bytes and no others, on whatever runs this and whatever was deflated before", () => {
    // Another digest here is another recipe: every layer changes.
    const digests = [
      "e49e8557f60c99ef7ea2a1adadef1932babe18ef865db4c7413073ed3b5892af",
      "cda3d37964e12cc9a88ebc955016bbab558e70ca1be80ce8c3eec3ccf44be386",
    ];
    expect([1024, 300_000].map((bytes) => sha256(deflate(sample(bytes))))).toEqual(digests);
    deflate(noise);
    expect([1024, 300_000].map((bytes) => sha256(deflate(sample(bytes))))).toEqual(digests);
  });

  it.each([0, 1, 3, 4, 5, 257, 258, 259, 512, 4095, 4096, 32_767, 32_768, 32_769, 100_000, 3 * 1024 * 1024])(
    "is read back: %d bytes of words, of one kind, and of noise",
    (bytes) => {
      for (const input of [sample(bytes), Buffer.alloc(bytes), noise.subarray(0, bytes)])
        expect(isReadBack(input)).toBe(true);
    },
  );

  it("is read back with matches of every length, and of every distance that has a symbol", () => {
    for (let length = 1; length < 300; length++) {
      const match = noise.subarray(0, length);
      expect(isReadBack(Buffer.concat([match, noise.subarray(5000, 5100), match]))).toBe(true);
    }
    for (let distance = 1; distance <= 65_536; distance *= 2)
      for (const between of [distance - 1, distance, distance + 1]) {
        const start = noise.subarray(0, between);
        expect(isReadBack(Buffer.concat([start, start.subarray(0, 20), noise.subarray(70_000, 70_100)]))).toBe(true);
      }
  });

  it("is read back whatever an input is put together of", () => {
    // The same inputs each time: what they would find stays found.
    let state = 1;
    const below = (most: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
    for (let run = 0; run < 200; run++) {
      const parts: number[] = [];
      const symbols = 1 + below(256);
      for (const size = below([50, 3000, 90_000][run % 3] as number); parts.length < size; ) {
        const kind = below(3);
        // Runs and repeats, short and long, near and as far back as a window reaches; else bytes, the first the
        // commonest.
        const back = kind === 0 ? 1 : [below(300), below(40_000), 32_760 + below(16)][below(3)];
        for (let left = 1 + below([8, 270, 2000][below(3)] as number); left > 0; left--)
          parts.push(kind < 2 ? (parts[parts.length - 1 - (back as number)] ?? 0) : below(1 + below(symbols)));
      }
      expect(isReadBack(Uint8Array.from(parts)), `run ${run}`).toBe(true);
    }
  });

  it("is at most six percent larger than zlib's level 6, and hardly larger than what cannot be deflated", () => {
    const text = Buffer.from(Array.from({ length: 40_000 }, (_, at) => `word${noise[at % 9000]} `).join(""));
    for (const input of [sample(1_000_000), text])
      expect(deflate(input).length).toBeLessThan(1.06 * deflateRawSync(input).length);
    expect(deflate(noise).length).toBeLessThan(1.01 * noise.length);
  });
});
