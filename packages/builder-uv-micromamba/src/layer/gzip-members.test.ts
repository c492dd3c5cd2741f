import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gzipMembers, MEMBER_BYTES } from "./gzip-members.ts";

async function* chunks(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function compressed(data: Buffer, size: number, parallel?: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of gzipMembers(chunks(data, size), parallel)) parts.push(part);
  return Buffer.concat(parts);
}

// Half noise, half text, and not a multiple of the member size.
const data = Buffer.concat([randomBytes(MEMBER_BYTES), Buffer.alloc(MEMBER_BYTES * 2 + 12_345, "layer ")]);

describe("gzipMembers", () => {
  it("gives what any gunzip reads back", async () => {
    expect(gunzipSync(await compressed(data, 65_536)).equals(data)).toBe(true);
  });

  it("writes the same bytes for any number of threads and any cut of the input", async () => {
    const digests = new Set<string>();
    for (const [size, parallel] of [
      [65_536, 1],
      [1_000_003, 2],
      [data.length, 9],
    ] as const)
      digests.add(
        createHash("sha256")
          .update(await compressed(data, size, parallel))
          .digest("hex"),
      );
    expect(digests.size).toBe(1);
  });

  it("starts a member every 4 MiB, with no time and no system in its header", async () => {
    const bytes = await compressed(data, 65_536);
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let members = 0;
    for (let at = 0; at !== -1; at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]), at + 1))
      members++;
    expect(members).toBe(4);
  });

  it("is valid gzip for no input", async () => {
    expect(gunzipSync(await compressed(Buffer.alloc(0), 1)).length).toBe(0);
  });
});
