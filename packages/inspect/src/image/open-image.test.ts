import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OciLayout, pushImage } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Files, layer, tar } from "../fixtures/make-layer.ts";
import { inspectImage } from "../inspect-image.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-broken-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES: Files = { "root/main.py": "print()", "root/data.bin": Buffer.alloc(100_000, "same") };
const config = (diffId: string) => ({
  os: "linux",
  architecture: "amd64",
  rootfs: { type: "layers", diff_ids: [diffId] },
});

/** With zeros for the checksum at its end. */
const unchecked = (gzip: Buffer) => gzip.fill(0, gzip.length - 8);

describe("archives that are broken", () => {
  const ARCHIVE = "cannot be inspected: ";
  const manifest = (json: unknown) => ({ "manifest.json": JSON.stringify(json) });
  const listed = manifest([{ Config: "c.json", Layers: ["l.tar"] }]);
  const whole = async (changed: Files = {}) => {
    const { plain, diffId } = await layer(FILES);
    return tar({ "c.json": JSON.stringify(config(diffId)), "l.tar": plain, ...listed, ...changed });
  };
  const flip = (bytes: Buffer, at: number) => bytes.fill((bytes[at] ?? 0) ^ 0xff, at, at + 1);

  it.each<[string, () => Promise<Buffer>, string]>([
    ["cut in a header", async () => (await whole()).subarray(0, 300), "Unexpected end of data"],
    ["cut in a layer", async () => (await whole()).subarray(0, 60_000), "Unexpected end of data"],
    ["cut before manifest.json", async () => tar({ "c.json": "{}" }), "the archive lacks manifest.json"],
    ["compressed and cut", async () => gzipSync(await whole()).subarray(0, 400), "unexpected end of file"],
    ["compressed and changed", async () => unchecked(gzipSync(await whole())), "incorrect data check"],
    ["with a wrong checksum", async () => flip(await whole(), 150), "Invalid tar header"],
    ["with no JSON", () => whole({ "manifest.json": "{{" }), "its manifest.json is not a list of images"],
    ["with no list", () => whole(manifest({ a: 1 })), "its manifest.json is not a list of images"],
    ["with a list of nothing", () => whole(manifest([null])), "its manifest.json is not a list of images"],
    ["without layers", () => whole(manifest([{ Config: "c.json" }])), "its manifest.json is not a list of images"],
    ["without an image", () => whole(manifest([])), "the archive holds no image"],
    ["without a config", () => whole(manifest([{ Config: "d.json", Layers: [] }])), "the archive lacks d.json"],
    ["with a cut config", () => whole({ "c.json": '{"os' }), "c.json is not the config of this image"],
    ["with an empty config", () => whole({ "c.json": "{}" }), "c.json is not the config of this image"],
    ["with null for a config", () => whole({ "c.json": "null" }), "c.json is not the config of this image"],
  ])("%s", async (_name, make, why) => {
    const path = join(folder, "image.tar");
    await writeFile(path, await make());
    await expect(inspectImage(`docker-archive:${path}`)).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining(`docker-archive:${path} ${ARCHIVE}${why}`),
    });
  });

  it("are named where they are not there or cannot be read", async () => {
    const pipe = join(folder, "pipe.tar");
    execFileSync("mkfifo", [pipe]);
    for (const path of [join(folder, "none.tar"), folder, pipe])
      await expect(inspectImage(`docker-archive:${path}`)).rejects.toMatchObject({
        code: "E_INPUT_FILE",
        message: expect.stringContaining(path),
      });
  });
});

describe("layouts that are broken", () => {
  it("are to be written again", async () => {
    const made = await layer(FILES);
    await pushImage(new OciLayout(folder), { config: config(made.diffId), layers: [made.layer] }, { tag: "one" });
    const blob = join(folder, "blobs/sha256", made.layer.descriptor.digest.slice("sha256:".length));
    const bytes = await readFile(blob);
    for (const content of [bytes.subarray(0, 100), unchecked(Buffer.from(bytes))]) {
      await writeFile(blob, content);
      await expect(inspectImage(`oci:${folder}`)).rejects.toMatchObject({
        code: "E_DIGEST_MISMATCH",
        message: expect.stringContaining(blob),
        hint: "Write the layout again.",
      });
    }
    await writeFile(join(folder, "index.json"), '{"schem');
    await expect(inspectImage(`oci:${folder}`)).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: `${join(folder, "index.json")} is not JSON`,
      hint: "Write the layout again.",
    });
  });
});
