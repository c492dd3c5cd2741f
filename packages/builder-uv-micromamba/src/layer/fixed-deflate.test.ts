import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DeflateThreads } from "./deflate-threads.ts";
import { fixedMember, memberTrailer } from "./fixed-deflate.ts";

/** Words, bytes and runs, the same everywhere. */
function sample(bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const letter = at % 4096 < 2048 ? 97 + ((state >>> 28) % 6) : 32;
    data[at] = at % 4096 < 1024 ? state >>> 24 : letter;
  }
  return data;
}
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("fixedMember", () => {
  it("writes these bytes and no others, on whatever runs this", () => {
    // Another digest here is another recipe: every layer changes.
    expect(sha256(fixedMember(sample(300_000), 5))).toBe(
      "e6861a6ed7423957f028702743429ed21ac532683933c91cfbbcab5f3f9829ff",
    );
    expect(sha256(fixedMember(sample(300_000), 4))).toBe(
      "a8745d581fa30599da68adb9925a886bc360ca093f4c90682db26d8589f67cc4",
    );
    expect(sha256(fixedMember(sample(1024), 5))).toBe(
      "311436d55ade0cb6639efa7f57f928acfcdb359e182a28341befab54cb309a5e",
    );
  });

  it.each([0, 1, 512, 4096, 4097, 100_000, 1024 * 1024])("is read back by gunzip: %d bytes", (bytes) => {
    expect(gunzipSync(fixedMember(sample(bytes), 5)).equals(sample(bytes))).toBe(true);
  });

  it("takes sizes above 4 GiB modulo 2^32 into the trailer", () => {
    expect(memberTrailer(1, 2 ** 32 + 5).readUInt32LE(4)).toBe(5);
  });
});

describe("DeflateThreads", () => {
  it("writes what the main thread writes, in any order of finishing", async () => {
    const threads = new DeflateThreads(2);
    const sizes = [200_000, 1_000_000, 150_000, 1000, 700_000];
    const members = await Promise.all(sizes.map((size) => threads.member(new Uint8Array(sample(size)), 5)));
    expect(members.map(sha256)).toEqual(sizes.map((size) => sha256(fixedMember(sample(size), 5))));
    await threads.close();
  });

  it("rejects what is under way when it is closed, and keeps no process alive", async () => {
    const threads = new DeflateThreads(1);
    const member = threads.member(new Uint8Array(sample(1024 * 1024)), 5);
    const failed = expect(member).rejects.toThrow(/ended/);
    await threads.close();
    await failed;
    const file = fileURLToPath(new URL("./deflate-threads.ts", import.meta.url));
    const code = `import { DeflateThreads } from ${JSON.stringify(file)}; const threads = new DeflateThreads(1);
      console.log((await threads.member(new Uint8Array(500_000), 5)).length);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    expect(Number(stdout)).toBeGreaterThan(100);
  });
});
