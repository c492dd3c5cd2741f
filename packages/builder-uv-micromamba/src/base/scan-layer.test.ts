import { createHash, randomBytes } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, it } from "vitest";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { tarPieces } from "../layer/tar-pieces.ts";
import { paxHeader, rawTar } from "./fixtures/raw-tar.ts";
import { SCAN_CAPS, scanLayer } from "./scan-layer.ts";

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

it("limits how much its names take, those of links and of folders that they imply among them", async () => {
  const caps = { ...SCAN_CAPS, names: 1000 };
  const long = "n".repeat(240);
  const named = Array.from({ length: 4 }, (_, nth) => ({ name: `${nth}`, path: `${nth}${long}` }));
  const files = named.flatMap(({ name, path }) => [paxHeader({ path }), { name }]);
  const links = named.flatMap(({ name, path }) => [paxHeader({ linkpath: path }), { name, flag: "2" }]);
  const deep = [paxHeader({ path: "a/".repeat(40) }), { name: "deep" }];
  await scanLayer(once(rawTar(files)), "x", signal, { caps });
  for (const entries of [[...files, { name: "y".repeat(90) }], [...links, { name: "y".repeat(90) }], deep])
    await expect(scanLayer(once(rawTar(entries)), "layer x", signal, { caps })).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("1000 characters"),
    });
  const link = [paxHeader({ linkpath: "l".repeat(4097) }), { name: "l", flag: "2" }];
  await expect(scanLayer(once(rawTar(link)), "x", signal)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
});

it("reads zstd frames of any size, in pieces of any size", async () => {
  const contents = [0, 1, 1000, 100_000, 3_000_000].map((size) => randomBytes(size));
  const plain = await tar(
    ...contents.map((content, nth) => textFile(`f${nth}`, content)),
    textFile("z", Buffer.alloc(5_000_000)),
  );
  const cuts = [0, 3, 600, 90_000, 200_000, 2_000_000, 3_200_000, plain.length];
  const packed = Buffer.concat(cuts.slice(1).map((end, nth) => zstdCompressSync(plain.subarray(cuts[nth], end))));
  const expected = await scanLayer(once(plain), "x", signal, { diffId: sha256(plain) });
  for (const piece of [1009, 70_000, packed.length]) {
    const pieces = async function* () {
      for (let at = 0; at < packed.length; at += piece) yield packed.subarray(at, at + piece);
    };
    expect(await scanLayer(pieces(), "x", signal, { diffId: sha256(plain) })).toEqual(expected);
  }
});

it("caps the lists of files of a layer together", async () => {
  const site = "opt/venv/lib/python3.11/site-packages";
  const records = [1, 2, 3].map((n) => textFile(`${site}/p${n}-1.dist-info/RECORD`, "x".repeat(40)));
  const scan = async (allTextBytes: number) =>
    scanLayer(once(await tar(...records)), "x", signal, { caps: { ...SCAN_CAPS, allTextBytes } });
  await expect(scan(100)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  expect((await scan(120)).entries[`${site}/p3-1.dist-info/RECORD`]?.text).toBeDefined();
});
