import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sample } from "../layer/fixtures/sample.ts";
import { Deflater } from "./deflate.ts";
import { DeflateThreads } from "./deflate-threads.ts";
import { fixedMember, memberTrailer } from "./gzip-member.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("a gzip member", () => {
  it.each([0, 1, 100_000])("is read back by gunzip: %d bytes", (bytes) => {
    expect(gunzipSync(fixedMember(sample(bytes), new Deflater())).equals(sample(bytes))).toBe(true);
  });

  it("states sizes above 4 GiB modulo 2^32", () => {
    expect(memberTrailer(1, 2 ** 32 + 5).readUInt32LE(4)).toBe(5);
  });
});

describe("DeflateThreads", () => {
  it("writes what the main thread writes, in any order of finishing", async () => {
    const threads = new DeflateThreads(2);
    const sizes = [200_000, 1_000_000, 150_000, 1000, 700_000];
    const members = await Promise.all(sizes.map((size) => threads.member(new Uint8Array(sample(size)))));
    expect(members.map(sha256)).toEqual(sizes.map((size) => sha256(fixedMember(sample(size), new Deflater()))));
    await threads.close();
  });

  it("rejects what is under way when it is closed, and keeps no process alive", async () => {
    const threads = new DeflateThreads(1);
    const member = threads.member(new Uint8Array(sample(1024 * 1024)));
    const failed = expect(member).rejects.toThrow(/ended/);
    await threads.close();
    await failed;
    const file = fileURLToPath(new URL("./deflate-threads.ts", import.meta.url));
    const code = `import { DeflateThreads } from ${JSON.stringify(file)}; const threads = new DeflateThreads(1);
      console.log((await threads.member(new Uint8Array(500_000))).length);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    expect(Number(stdout)).toBeGreaterThan(100);
  });
});
