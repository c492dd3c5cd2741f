import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { tarPieces } from "../layer/tar-pieces.ts";
import { scanLayer } from "./scan-layer.ts";

const { signal } = new AbortController();
const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

async function tar(...entries: TarEntry[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of tarPieces(entries)) parts.push(bytes);
  return Buffer.concat(parts);
}
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

it("checks what the image's config says of the uncompressed layer, and that there is any", async () => {
  const plain = await tar(textFile("a", "b"));
  const diffId = sha256(plain);
  expect(Object.keys((await scanLayer(once(gzipSync(plain)), "x", signal, { diffId })).entries)).toEqual(["a"]);
  const sha512 = `sha512:${createHash("sha512").update(plain).digest("hex")}`;
  await scanLayer(once(plain), "x", signal, { diffId: sha512 });
  for (const [bytes, stated] of [
    [gzipSync(plain), sha256(Buffer.from("other"))],
    [Buffer.alloc(0), diffId],
    [gzipSync(await tar(textFile("a", "c"))), diffId],
  ] as const) {
    const failure = { code: "E_DIGEST_MISMATCH", message: expect.stringContaining("layer x") };
    await expect(scanLayer(once(bytes), "layer x", signal, { diffId: stated })).rejects.toMatchObject(failure);
  }
});

it("refuses paths that no system can hold, and texts that could not be written again", async () => {
  for (const entry of [
    textFile(`${"a/".repeat(3000)}b`, ""),
    textFile("etc/passwd", Buffer.from("root:x:0:0:r\xe9:/root:/bin/sh\n", "latin1")),
  ])
    await expect(scanLayer(once(await tar(entry)), "x", signal)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
    });
});
