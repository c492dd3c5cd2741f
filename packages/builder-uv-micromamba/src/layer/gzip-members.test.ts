import { createHash, randomBytes } from "node:crypto";
import { crc32, deflateRawSync, gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { DeflateThreads } from "../deflate/deflate-threads.ts";
import { type Compression, gzipMembers, MEMBER_BYTES } from "./gzip-members.ts";
import type { TarPiece } from "./tar-pieces.ts";

const threads = new DeflateThreads(2);
afterAll(() => threads.close());

function* chunks(data: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function* cut(pieces: readonly TarPiece[], size: number): AsyncGenerator<TarPiece> {
  for (const piece of pieces) {
    if (piece.as !== "copied") for (const bytes of chunks(Buffer.from(piece.bytes), size)) yield { ...piece, bytes };
    else yield piece;
  }
}

async function compressed(
  pieces: readonly TarPiece[],
  {
    size = 65_536,
    parallel,
    compression = "fixed",
  }: { size?: number; parallel?: number; compression?: Compression } = {},
): Promise<{ bytes: Buffer; zlib: boolean }> {
  const parts: Buffer[] = [];
  let zlib = false;
  const zlibUsed = () => {
    zlib = true;
  };
  for await (const part of gzipMembers(cut(pieces, size), { compression, threads, parallel, zlibUsed }))
    parts.push(part);
  return { bytes: Buffer.concat(parts), zlib };
}

function copied(content: Buffer): TarPiece[] {
  const stream = deflateRawSync(content, { level: 9 });
  const half = content.length >> 1;
  return [
    { as: "copied", bytes: content.subarray(0, half), stream: [stream.subarray(0, 100)] },
    { as: "copied", bytes: content.subarray(half), stream: [stream.subarray(100)] },
    { as: "copied", bytes: Buffer.alloc(0), stream: [], end: { crc32: crc32(content), size: content.length } },
  ];
}

// Half noise, half text, and not a multiple of the member size.
const data = Buffer.concat([randomBytes(MEMBER_BYTES.zlib), Buffer.alloc(MEMBER_BYTES.zlib * 2 + 12_345, "layer ")]);
const text = Buffer.alloc(300_000, "some text ");
const mixed: TarPiece[] = [
  { as: "small", bytes: text },
  ...copied(data),
  ...copied(text),
  { as: "small", bytes: Buffer.from("header") },
  ...copied(text),
  { as: "large", bytes: data },
  { as: "small", bytes: data.subarray(0, MEMBER_BYTES.fixed * 2.5) },
];
const whole = Buffer.concat(mixed.map(({ bytes }) => bytes));
const heads = (bytes: Buffer) => {
  let members = 0;
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  for (let at = 0; at !== -1; at = bytes.indexOf(head, at + 1)) members++;
  return members;
};

describe("gzipMembers", () => {
  it("gives what any gunzip reads back", async () => {
    for (const compression of ["fixed", "zlib"] as const)
      expect(gunzipSync((await compressed(mixed, { compression })).bytes).equals(whole)).toBe(true);
  });

  it("writes the same bytes for any number of threads and any cut of the input", async () => {
    const digests = new Set<string>();
    for (const options of [
      { size: 65_536, parallel: 1 },
      { size: 1_000_003, parallel: 2 },
      { size: whole.length, parallel: 9 },
    ]) {
      const { bytes } = await compressed(mixed, options);
      digests.add(createHash("sha256").update(bytes).digest("hex"));
    }
    expect(digests.size).toBe(1);
  });

  it("starts a member every MiB, every 4 MiB by zlib, with no time and no system in its header", async () => {
    const large = await compressed([{ as: "large", bytes: data }]);
    expect([...large.bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect([heads(large.bytes), large.zlib]).toEqual([4, true]);
    const small = await compressed([{ as: "small", bytes: data }]);
    expect([heads(small.bytes), small.zlib]).toEqual([13, false]);
  });

  it("copies a deflate stream as it is, into a member of its own", async () => {
    const { bytes } = await compressed(copied(text));
    expect(bytes.subarray(10, -8).equals(deflateRawSync(text, { level: 9 }))).toBe(true);
    expect(heads(bytes)).toBe(1);
  });

  it("passes on the error of its input while members are under way", async () => {
    async function* failing(): AsyncGenerator<TarPiece> {
      yield { as: "small", bytes: data };
      throw new Error("disk");
    }
    const read = async () => {
      for await (const _ of gzipMembers(failing(), { compression: "fixed", threads }));
    };
    await expect(read()).rejects.toThrow("disk");
  });
});
