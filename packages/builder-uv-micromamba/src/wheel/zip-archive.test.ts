import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipArchive } from "./zip-archive.ts";
import type { StatedHash } from "./zip-member.ts";

// Zips of an independent writer, Python's: small and large members, deflated and stored, one above the in-memory limit.
const WRITE = `
import sys, zipfile
folder = sys.argv[1]
for name in ("small.zip", "large.zip"):
    with zipfile.ZipFile(f"{folder}/{name}", "w") as z:
        z.write(f"{folder}/text", "text", zipfile.ZIP_DEFLATED)
        z.write(f"{folder}/text", "stored", zipfile.ZIP_STORED)
        info = zipfile.ZipInfo("run.sh"); info.external_attr = 0o100755 << 16
        z.writestr(info, "#!/bin/sh\\n", zipfile.ZIP_DEFLATED)
        for mode in (0o100654, 0o100645):
            info = zipfile.ZipInfo(f"run-{mode:o}"); info.external_attr = mode << 16
            z.writestr(info, "")
        z.writestr("empty", "")
        if name == "large.zip":
            z.write(f"{folder}/noise", "noise", zipfile.ZIP_DEFLATED)
            z.write(f"{folder}/noise", "noise-stored", zipfile.ZIP_STORED)
`;

/** One member whose compressed size counts three bytes too many, which are there. */
const TRAILING = `
import struct, sys, zlib
content = b"x" * int(sys.argv[2])
deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
packed = deflate.compress(content) + deflate.flush() + b"abc"
common = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(content), len(packed), len(content), 1, 0)
local = b"PK\x03\x04" + common + b"a" + packed
central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + b"a"
end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
open(sys.argv[1], "wb").write(local + central + end)
`;

let folder: string;
const noise = randomBytes(14 * 1024 * 1024);
const text = Buffer.from("some text ".repeat(200_000));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zip-"));
  await writeFile(join(folder, "noise"), noise);
  await writeFile(join(folder, "text"), text);
  execFileSync("python3", ["-c", WRITE, folder]);
});
afterAll(() => rm(folder, { recursive: true }));

const ARCHIVES: [name: string, where: string][] = [
  ["small.zip", "from the disk"],
  ["small.zip", "from memory"],
  ["large.zip", "from memory, which it does not fit into"],
];

async function opened(name: string, where: string): Promise<ZipArchive> {
  const zip = await ZipArchive.open(join(folder, name), name);
  if (where !== "from the disk") await zip.load();
  return zip;
}

describe("ZipArchive", () => {
  for (const archive of ARCHIVES)
    it(`reads all members of ${archive.join(" ")}, whole and as a stream`, async () => {
      const [name] = archive;
      const zip = await opened(...archive);
      const expected: Record<string, Buffer> = {
        text,
        stored: text,
        "run.sh": Buffer.from("#!/bin/sh\n"),
        empty: Buffer.alloc(0),
        "run-100654": Buffer.alloc(0),
        "run-100645": Buffer.alloc(0),
      };
      if (name === "large.zip") Object.assign(expected, { noise, "noise-stored": noise });
      expect(zip.members.map(({ path }) => path).sort()).toEqual(Object.keys(expected).sort());
      for (const member of zip.members) {
        const parts: Uint8Array[] = [];
        for await (const part of member.stream()) parts.push(part);
        expect(Buffer.concat(parts).equals(expected[member.path] as Buffer), member.path).toBe(true);
        expect((await member.bytes(2 ** 30)).equals(expected[member.path] as Buffer), member.path).toBe(true);
        expect(member.executable).toBe(member.path.startsWith("run"));
        expect(member.deflated !== undefined, member.path).toBe(["text", "run.sh", "noise"].includes(member.path));
        if (member.deflated === undefined) continue;
        const contents: Uint8Array[] = [];
        const streams: Uint8Array[] = [];
        for await (const { content, stream } of member.deflated.read()) {
          contents.push(content);
          streams.push(...stream);
        }
        expect(Buffer.concat(contents).equals(expected[member.path] as Buffer), member.path).toBe(true);
        const stream = Buffer.concat(streams);
        expect(stream.length).toBe(member.deflated.size);
        expect(inflateRawSync(stream).equals(expected[member.path] as Buffer), member.path).toBe(true);
      }
      await zip.close();
    });

  it.each(ARCHIVES)("holds what is read of %s %s against a hash that is stated for it", async (...archive) => {
    const zip = await opened(...archive);
    for (const member of zip.members) {
      const digest = createHash("sha512")
        .update(await member.bytes(2 ** 30))
        .digest("base64url");
      const stated = { algorithm: "sha512", digest, mismatch: () => new Error(`no ${member.path}`) };
      for (const read of [
        member.stream.bind(member),
        ...(member.deflated === undefined ? [] : [member.deflated.read]),
      ]) {
        const readAll = async (hash: StatedHash) => {
          for await (const _ of read(hash));
        };
        await readAll(stated);
        await expect(readAll({ ...stated, digest: `A${digest.slice(1)}B` })).rejects.toThrow(`no ${member.path}`);
      }
    }
    await zip.close();
  });

  it("reads its file up to when it is loaded, and no more afterwards", async () => {
    const path = join(folder, "changing.zip");
    await copyFile(join(folder, "small.zip"), path);
    const [loaded, other] = [await ZipArchive.open(path, "loaded"), await ZipArchive.open(path, "other")];
    await loaded.load();
    await truncate(path, 0);
    const read = (zip: ZipArchive) => zip.members[0]?.bytes(2 ** 30);
    expect((await read(loaded))?.equals(text)).toBe(true);
    await expect(read(other)).rejects.toThrow(/shorter than its directory says/);
    await Promise.all([loaded.close(), other.close()]);
  });

  // What follows the stream would be taken for the gzip member's trailer.
  it.each([100, 9 * 1024 * 1024])(
    "refuses bytes after the end of a deflate stream, content of %d bytes",
    async (size) => {
      execFileSync("python3", ["-c", TRAILING, join(folder, "trailing.zip"), String(size)]);
      const zip = await ZipArchive.open(join(folder, "trailing.zip"), "trailing.zip");
      const read = async () => {
        for await (const _ of zip.members[0]?.deflated?.read() ?? []);
      };
      await expect(read()).rejects.toMatchObject({
        code: "E_RESOLVE",
        message: "trailing.zip: a has bytes after the end of its content",
      });
      await zip.close();
    },
  );
});
