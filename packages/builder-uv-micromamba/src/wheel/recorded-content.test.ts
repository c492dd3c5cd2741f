import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawZip } from "./fixtures/raw-zip.ts";
import { recordedContent } from "./recorded-content.ts";
import { ZipArchive } from "./zip-archive.ts";
import type { ZipMember } from "./zip-member.ts";

const text = "x = 1\n".repeat(10_000);
const bytes = Buffer.from(text);
let folder: string;
let zip: ZipArchive;
let member: ZipMember;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recorded-content-"));
  await writeFile(join(folder, "m.whl"), rawZip([{ name: "m.py", content: text }]));
  zip = await ZipArchive.open(join(folder, "m.whl"), "m.whl");
  member = zip.members[0] as ZipMember;
});
afterAll(async () => {
  await zip.close();
  await rm(folder, { recursive: true });
});

const row = (hash: string, size = String(bytes.length)) => ({ path: "m.py", hash, size });
const digest = (algorithm: string, content: Buffer) => createHash(algorithm).update(content).digest("base64url");

/** Reads a member in both ways that a layer may. */
const WAYS = {
  "as it is": async (hash: string) => {
    const parts: Uint8Array[] = [];
    for await (const part of recordedContent(member, row(hash), "m.whl").content()) parts.push(part);
    return Buffer.concat(parts);
  },
  "with its deflate stream": async (hash: string) => {
    const parts: Uint8Array[] = [];
    for await (const { content } of recordedContent(member, row(hash), "m.whl").deflated?.read() ?? [])
      parts.push(content);
    return Buffer.concat(parts);
  },
};

describe.each(Object.entries(WAYS))("a member read %s", (_, read) => {
  it.each(["sha256", "sha384", "sha512"])("is what RECORD states by %s", async (algorithm) => {
    expect((await read(`${algorithm}=${digest(algorithm, bytes)}`)).equals(bytes)).toBe(true);
    expect((await read("")).equals(bytes)).toBe(true);
  });

  it("and is something else fails at its end", async () => {
    await expect(read(`sha256=${digest("sha256", Buffer.from("other"))}`)).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: "m.whl: m.py does not have the sha256 that RECORD says",
    });
  });
});

describe("recordedContent", () => {
  it("refuses another size and a hash that cannot be checked at once", () => {
    expect(() => recordedContent(member, row("", "5"), "m.whl")).toThrow(/has 60000 bytes, and RECORD says 5/);
    expect(() => recordedContent(member, row("md5=abc"), "m.whl")).toThrow(/cannot be checked/);
  });
});
