import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { descriptor, type RawMember, rawZip } from "./fixtures/raw-zip.ts";
import { ZipArchive } from "./zip-archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "zip-directory-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FIRST: RawMember = { name: "first.py", content: "x = 1\n" };
const LAST: RawMember = { name: "last.py", content: "y = 2\n" };

/** The texts of all members, by path, of an archive with these between two others. */
async function read(between: RawMember[], before = ""): Promise<Record<string, string>> {
  return readBytes(rawZip([FIRST, ...between, LAST], before));
}

async function opened(bytes: Buffer): Promise<ZipArchive> {
  const path = join(folder, "x.zip");
  await writeFile(path, bytes);
  return ZipArchive.open(path, "x.zip");
}

async function readBytes(bytes: Buffer): Promise<Record<string, string>> {
  const zip = await opened(bytes);
  try {
    const found: Record<string, string> = {};
    for (const member of zip.members) found[member.path] = (await member.bytes(1000)).toString();
    return found;
  } finally {
    await zip.close();
  }
}

/** Info-ZIP's field with another name. */
function unicodePath(of: string, name: string): Buffer {
  const bytes = Buffer.alloc(9 + Buffer.byteLength(name));
  bytes.writeUInt16LE(0x7075, 0);
  bytes.writeUInt16LE(bytes.length - 4, 2);
  bytes[4] = 1;
  bytes.writeUInt32LE(crc32(of), 5);
  bytes.write(name, 9);
  return bytes;
}

describe("a zip's directory", () => {
  it.each<[string, RawMember]>([
    ["with a signature", { name: "a", after: descriptor("z") }],
    ["without one", { name: "a", after: descriptor("z", { signed: false }) }],
    ["with sizes of eight bytes", { name: "a", after: descriptor("z", { wide: true }) }],
    ["with sizes of eight bytes, without one", { name: "a", after: descriptor("z", { signed: false, wide: true }) }],
  ])("takes members with a descriptor %s", async (_, member) => {
    const open = { crc: 0, packed: 0, size: 0 };
    expect(await read([{ content: "z", flags: 0x808, local: open, ...member }])).toMatchObject({ a: "z" });
  });

  it("takes members whose local header leaves their sizes to zip64's field", async () => {
    const local = { packed: 0xffffffff, size: 0xffffffff };
    expect(await read([{ name: "a", content: "z", local }])).toMatchObject({ a: "z" });
  });

  it.each<[string, Partial<RawMember>]>([
    ["another name", { local: { name: Buffer.from("b.py") } }],
    ["a name that leads out", { local: { name: Buffer.from("../b") } }],
    ["another size", { local: { size: 9 } }],
    ["another packed size", { local: { packed: 9 } }],
    ["another checksum", { local: { crc: 9 } }],
    ["another method", { local: { method: 0 } }],
    ["encryption", { local: { flags: 0x801 } }],
    ["a descriptor that is not there", { local: { flags: 0x808 } }],
  ])("refuses a member whose own header says %s", async (_, member) => {
    await expect(read([{ name: "a.py", content: "z", ...member }])).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(/^x\.zip: a\.py has a header that differs from the directory$/),
    });
  });

  it.each<[string, RawMember[], string?]>([
    ["a member that is not listed", [{ name: "hidden.py", unlisted: true }]],
    ["bytes between members", [{ name: "a", after: Buffer.from("more") }]],
    ["bytes before the first member", [], "#!/bin/sh\n"],
  ])("refuses %s", async (_, between, before) => {
    await expect(read(between, before)).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("refuses a member that is said to be after all others, where nothing is", async () => {
    const bytes = rawZip([FIRST, LAST]);
    bytes.writeUInt32LE(bytes.length + 1000, bytes.length - 22 - LAST.name.length - 4);
    const zip = await opened(bytes);
    const message = "x.zip: last.py is not where the directory says";
    await expect(zip.members[1]?.bytes(1000)).rejects.toMatchObject({ code: "E_RESOLVE", message });
    await zip.close();
  });

  it("refuses a directory that says it has fewer members than there are", async () => {
    const bytes = rawZip([FIRST, LAST]);
    bytes.writeUInt16LE(1, bytes.length - 12);
    bytes.writeUInt16LE(1, bytes.length - 14);
    await expect(readBytes(bytes)).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("takes a path twice with one content and one mode, and refuses others by name", async () => {
    const member = { name: "a.py", content: "z" };
    expect(await read([member, { ...member, name: "./a.py" }])).toMatchObject({ "a.py": "z" });
    await expect(read([member, { ...member, content: "other" }])).rejects.toThrow(
      /a\.py is there twice, with .*contents/,
    );
    const [one, other] = ["# 599430bd25\n", "# f7633dd321\n"] as const;
    expect(crc32(one)).toBe(crc32(other));
    for (const method of [0, 8])
      await expect(
        read([
          { ...member, content: one },
          { ...member, content: other, method },
        ]),
      ).rejects.toThrow(/a\.py is there twice, with .*contents/);
    await expect(read([member, { ...member, mode: 0o100755 }])).rejects.toThrow(/a\.py is there twice, with .*modes/);
  });

  it("takes a member that is listed twice, and refuses one of which the directory says two things", async () => {
    const member = { name: "a.py", content: "z" };
    expect(await read([{ ...member, again: {} }])).toMatchObject({ "a.py": "z" });
    for (const again of [{ crc: 1 }, { size: 2 }, { packed: 2 }, { method: 0 }])
      await expect(read([{ ...member, again }])).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("takes names as they are written: backslashes and drives are letters, and UTF-8 is said to be UTF-8", async () => {
    const names = ["a\\b.py", "..\\c.py", "C:/d.py", "prüfung/größe.py"];
    const found = await read(names.map((name) => ({ name })));
    expect(Object.keys(found)).toEqual(["first.py", ...names, "last.py"]);
    const same = { name: "ü.py", extra: unicodePath("ü.py", "ü.py") };
    expect(await read([same])).toHaveProperty(["ü.py"]);
    expect(await read([{ name: "ascii.py", flags: 0 }])).toHaveProperty(["ascii.py"]);
  });

  it.each<[string, RawMember]>([
    ["in another code page", { name: Buffer.from("a\x81.py", "latin1"), flags: 0 }],
    ["in UTF-8 that is not marked", { name: "ü.py", flags: 0 }],
    ["that is marked as UTF-8 and is not", { name: Buffer.from("a\xff.py", "latin1") }],
    ["with a control character", { name: "a\u0000b.py" }],
    ["that is empty", { name: "" }],
    ["of the archive itself", { name: "." }],
    ["that ends in a dot for the folder", { name: "a/." }],
    ["of a folder, for a content", { name: "a/", content: "x" }],
  ])("refuses a name %s", async (_, member) => {
    await expect(read([member])).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it.each(["/etc/passwd", "//", "../b.py", "a/../../b.py", "./../a/../", ".."])(
    "leaves out a member that %s leads out with, as uv does, and checks it all the same",
    async (name) => {
      const content = name.endsWith("/") ? "" : "x";
      expect(Object.keys(await read([{ name, content }]))).toEqual(["first.py", "last.py"]);
      for (const local of [{ name: Buffer.from("in.py") }, { crc: 9 }])
        await expect(read([{ name, content, local }])).rejects.toMatchObject({ code: "E_RESOLVE" });
    },
  );

  it("takes the archive itself as a folder", async () => {
    expect(Object.keys(await read([{ name: "./" }]))).toEqual(["first.py", "last.py"]);
  });

  it("hands on names that installers can make sense of", async () => {
    for (const member of [{ name: "a/../b.py" }, { name: "a.py", extra: unicodePath("a.py", "b.py") }])
      await expect(read([member])).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});
