import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ShippedFile } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import fc from "fast-check";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { type ContextEntry, contextFiles } from "./context-files.ts";
import { contextTar } from "./context-tar.ts";

const file = (path: string, content: string, mode: 0o644 | 0o755 = 0o644) => ({
  type: "file" as const,
  path,
  mode,
  size: Buffer.byteLength(content),
  sha256: createHash("sha256").update(content).digest("hex"),
  source: `content:${content}`,
});
async function* open(entry: Extract<ShippedFile, { type: "file" }>) {
  const bytes = Buffer.from(entry.source.slice("content:".length));
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

async function bytesOf(tar: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function read(bytes: Buffer) {
  const reader = extract();
  reader.end(bytes);
  const entries: { header: Record<string, unknown>; content: string }[] = [];
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    entries.push({ header: { ...entry.header }, content: Buffer.concat(chunks).toString() });
  }
  return entries;
}

describe("contextTar", () => {
  it("holds every entry with its mode, owner 0:0 and one time", async () => {
    const long = `source/${"déjà-vu/".repeat(3)}${"x".repeat(120)}.py`;
    const entries: ContextEntry[] = [
      { type: "text", path: "Dockerfile", mode: 0o644, text: "FROM x\n" },
      { type: "directory", path: "source", mode: 0o755 },
      file("source/a.sh", "#!/bin/sh\n", 0o755),
      { type: "directory", path: "source/déjà-vu", mode: 0o755 },
      { type: "directory", path: "source/déjà-vu/déjà-vu", mode: 0o755 },
      { type: "directory", path: "source/déjà-vu/déjà-vu/déjà-vu", mode: 0o755 },
      file(long, "print(1)\n"),
      { type: "symlink", path: "source/link", mode: 0o777, link: "a.sh" },
      file("source/zero", ""),
    ];
    const found = await read(await bytesOf(contextTar(entries, { open, mtime: 1_700_000_000 })));
    expect(
      found.map(({ header, content }) => [header.name, header.type, header.mode, header.linkname, content]),
    ).toEqual([
      ["Dockerfile", "file", 0o644, null, "FROM x\n"],
      ["source", "directory", 0o755, null, ""],
      ["source/a.sh", "file", 0o755, null, "#!/bin/sh\n"],
      ["source/déjà-vu", "directory", 0o755, null, ""],
      ["source/déjà-vu/déjà-vu", "directory", 0o755, null, ""],
      ["source/déjà-vu/déjà-vu/déjà-vu", "directory", 0o755, null, ""],
      [long, "file", 0o644, null, "print(1)\n"],
      ["source/link", "symlink", 0o777, "a.sh", ""],
      ["source/zero", "file", 0o644, null, ""],
    ]);
    for (const { header } of found) {
      expect([header.uid, header.gid, header.mtime]).toEqual([0, 0, new Date(1_700_000_000_000)]);
    }
  });

  it("gives the same bytes for the same entries, whatever the size of chunks", async () => {
    const entries = [file("a", "x".repeat(5000)), file("b", "y".repeat(512))];
    async function* whole(entry: Extract<ShippedFile, { type: "file" }>) {
      yield Buffer.from(entry.source.slice("content:".length));
    }
    const first = await bytesOf(contextTar(entries, { open }));
    await sleep(5);
    expect(first.equals(await bytesOf(contextTar(entries, { open: whole })))).toBe(true);
  });

  it("passes on the error of a file that changed", async () => {
    const fault = new Error("changed");
    async function* broken() {
      yield Buffer.from("ab");
      throw fault;
    }
    await expect(bytesOf(contextTar([file("a", "abcdef"), file("b", "")], { open: broken }))).rejects.toBe(fault);
  });

  it.each([
    ["shorter", "ab"],
    ["longer", "abcdefgh"],
  ])("fails for content that is %s than announced", async (_, content) => {
    async function* other() {
      yield Buffer.from(content);
    }
    await expect(bytesOf(contextTar([file("a", "abcdef"), file("b", "x")], { open: other }))).rejects.toThrow(
      /mismatch/i,
    );
  });

  it.each(["/etc/passwd", "../copy/x", "../../../x", "."])("ships a link to %s as it is", async (link) => {
    const entries: ContextEntry[] = [
      { type: "directory", path: "source", mode: 0o755 },
      { type: "symlink", path: "source/a", mode: 0o777, link },
    ];
    const found = await read(await bytesOf(contextTar(entries, { open })));
    expect(found.map(({ header }) => header.linkname)).toEqual([null, link]);
  });

  it("stops reading files when its reader stops", async () => {
    let read = 0;
    async function* endless() {
      for (let i = 0; i < 10_000; i++) {
        read += 1;
        yield Buffer.alloc(65_536);
      }
    }
    const big = { ...file("a", ""), size: 65_536 * 10_000 };
    for await (const _ of contextTar([big], { open: endless })) break;
    expect(read).toBeLessThan(100);
  });

  it("writes the size of a file of nine gigabytes", async () => {
    const size = 9 * 1024 ** 3;
    async function* zeros() {
      for (;;) yield Buffer.alloc(65_536);
    }
    const reader = extract();
    const found = new Promise((resolve) => reader.on("entry", (header) => resolve(header.size)));
    for await (const bytes of contextTar([{ ...file("a", ""), size }], { open: zeros })) {
      reader.write(bytes);
      break;
    }
    expect(await found).toBe(size);
    reader.destroy();
  });

  it("reads no further ahead of a slow reader than a few chunks", async () => {
    const chunk = 65_536;
    let produced = 0;
    async function* content() {
      for (let i = 0; i < 400; i++) {
        produced += chunk;
        yield Buffer.alloc(chunk);
      }
    }
    let taken = 0;
    let ahead = 0;
    for await (const bytes of contextTar([{ ...file("a", ""), size: chunk * 400 }], { open: content })) {
      taken += bytes.length;
      // Time enough to read everything, were nothing to hold it back.
      if (taken % (chunk * 20) < chunk) await sleep(2);
      ahead = Math.max(ahead, produced - taken);
    }
    expect(taken).toBeGreaterThan(chunk * 400);
    expect(ahead).toBeLessThan(chunk * 8);
  });

  it("ends with the reason of its signal", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(bytesOf(contextTar([file("a", "x")], { open, signal }))).rejects.toThrow("stop");
  });

  it.each<[string, ContextEntry[]]>([
    ["climbs", [file("source/../../x", "")]],
    ["is absolute", [file("/etc/passwd", "")]],
    ["holds NUL", [file("a\0b", "")]],
    ["is a lone surrogate", [file("\ud800", "")]],
    ["comes twice", [file("a", ""), file("a", "")]],
    ["stands in no folder", [file("a/b", "")]],
    ["lies below a link", [{ type: "symlink", path: "a", mode: 0o777, link: "b" }, file("a/b", "")]],
    ["links to nothing", [{ type: "symlink", path: "a", mode: 0o777, link: "" }]],
  ])("refuses an entry that %s, before the first byte", (_, entries) => {
    expect(() => contextTar(entries, { open })).toThrow(expect.objectContaining({ code: "E_INTERNAL" }));
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 31])("refuses the time %s", (mtime) => {
    expect(() => contextTar([], { open, mtime })).toThrow(expect.objectContaining({ code: "E_OPTIONS" }));
  });

  it("brings back any legal tree", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((n) => !/[/\0]/.test(n) && n !== "." && n !== "..");
    const tree = fc.dictionary(name, fc.string({ unit: "binary", maxLength: 1500 }), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const shipped = Object.entries(files).map(([path, content]) => file(`source/${path}`, content));
        const entries = contextFiles(buildPlan(), "FROM b\n", shipped);
        const found = await read(await bytesOf(contextTar(entries, { open })));
        const contents = found.filter(({ header }) => header.type === "file" && header.name !== "Dockerfile");
        expect(Object.fromEntries(contents.map((entry) => [entry.header.name, entry.content]))).toEqual(
          Object.fromEntries(Object.entries(files).map(([path, text]) => [`source/${path}`, text.toWellFormed()])),
        );
      }),
      { numRuns: 60 },
    );
  });
});
