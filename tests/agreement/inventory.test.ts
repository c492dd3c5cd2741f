import { gzipSync } from "node:zlib";
import type { Descriptor, ImageSource } from "@imagespec/registry";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { inventoryOf } from "./inventory.ts";

type Member = Parameters<ReturnType<typeof pack>["entry"]>[0] & { body?: string };

/** A source of layers that hold these members. */
async function sourceOf(...layers: Member[][]) {
  const blobs = new Map<string, Buffer>();
  const descriptors: Descriptor[] = [];
  for (const [index, members] of layers.entries()) {
    const tar = pack();
    for (const { body, ...header } of members) tar.entry(header, body ?? "");
    tar.finalize();
    const bytes = gzipSync(Buffer.concat(await Array.fromAsync(tar as AsyncIterable<Buffer>)));
    const digest = `sha256:${crypto.randomUUID()}`;
    blobs.set(digest, bytes);
    const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
    descriptors.push({ mediaType, digest, size: bytes.length, annotations: { index: String(index) } });
  }
  const source = {
    name: "layers",
    getManifest: () => Promise.reject(new Error("no manifest is asked for")),
    async *getBlob({ digest }: Descriptor) {
      yield blobs.get(digest) ?? Buffer.alloc(0);
    },
  } satisfies ImageSource;
  return { source, descriptors };
}

test("layers lie over one another: whiteouts, opaque folders, files in place of folders, hard links", async () => {
  const { source, descriptors } = await sourceOf(
    [
      { name: "./a/", type: "directory", mode: 0o755 },
      { name: "a/gone", body: "1" },
      { name: "a/gone.not", body: "2" },
      { name: "b/deep/er", body: "3" },
      { name: "c/below", body: "4" },
      { name: "kept", body: "5", mode: 0o4755, uid: 7, gid: 8 },
    ],
    [
      { name: "a/.wh.gone" },
      { name: "b/.wh..wh..opq" },
      { name: "b/new", body: "6" },
      { name: "c", body: "a file now" },
      { name: "again", type: "link", linkname: "kept" },
      { name: "link", type: "symlink", linkname: "../kept" },
    ],
  );
  const inventory = await inventoryOf(source, descriptors);
  expect([...inventory.keys()].sort()).toEqual(["a", "a/gone.not", "again", "b/new", "c", "kept", "link"]);
  expect(inventory.get("a")).toMatchObject({ type: "directory", mode: 0o755 });
  expect(inventory.get("again")).toEqual(inventory.get("kept"));
  expect(inventory.get("kept")).toMatchObject({ type: "file", mode: 0o4755, uid: 7, gid: 8, text: "5" });
  expect(inventory.get("link")).toMatchObject({ type: "symlink", link: "../kept" });
});

test("a .pyc is told by its first 16 bytes and by all of them, every other file by all", async () => {
  const head = "\u0001\u0002\u0003\u0004".repeat(4);
  const { source, descriptors } = await sourceOf([
    { name: "one.pyc", body: `${head}one` },
    { name: "two.pyc", body: `${head}two` },
    { name: "one.py", body: `${head}one` },
    { name: "two.py", body: `${head}two` },
  ]);
  const inventory = await inventoryOf(source, descriptors);
  expect(inventory.get("one.pyc")?.content).toBe(`pyc ${"01020304".repeat(4)}`);
  expect(inventory.get("two.pyc")?.content).toBe(inventory.get("one.pyc")?.content);
  expect(inventory.get("two.pyc")?.bytecode).not.toBe(inventory.get("one.pyc")?.bytecode);
  expect(inventory.get("two.py")?.content).not.toBe(inventory.get("one.py")?.content);
});

test("a layer that is not what its type says is an error", async () => {
  const source = {
    name: "garbage",
    getManifest: () => Promise.reject(new Error("no manifest is asked for")),
    async *getBlob() {
      yield Buffer.from("no gzip");
    },
  } satisfies ImageSource;
  const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: "sha256:00", size: 7 };
  await expect(inventoryOf(source, [descriptor])).rejects.toThrow(/header/);
});
