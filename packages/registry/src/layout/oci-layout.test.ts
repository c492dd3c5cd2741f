import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { copyImage } from "../image/copy-image.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { readImage } from "../image/read-image.ts";
import { draftPath } from "../process/draft.ts";
import { processMark } from "../process/process-mark.ts";
import { OciLayout } from "./oci-layout.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "layout-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const blobPath = (digest: string) => join(folder, "blobs", ...digest.split(":"));

describe("OciLayout", () => {
  it("holds images under tags, read back as they were written", async () => {
    const layout = new OciLayout(folder);
    const layer = tinyLayer(500_000);
    const image = await pushImage(layout, tinyImage([layer]), { tag: "1" });
    const other = await pushImage(layout, tinyImage(), { tag: "2" });
    await pushImage(layout, tinyImage([layer, tinyLayer()]), { tag: "1" });
    expect((await layout.entries()).map(({ annotations }) => Object.values(annotations ?? {}))).toEqual([["2"], ["1"]]);
    expect((await layout.root("2")).digest).toBe(other.digest);
    expect((await layout.getManifest(image.digest)).digest).toBe(image.digest);
    const read = await readImage(new OciLayout(folder), "1", { os: "linux", architecture: "amd64" });
    expect(read.manifest.layers).toHaveLength(2);
    expect(await bytesOf(layout.getBlob(layer.descriptor))).toEqual(layer.bytes);
    expect(JSON.parse(await readFile(join(folder, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
  });

  it("takes tags written at the same time", async () => {
    const layout = new OciLayout(folder);
    await Promise.all(["a", "b", "c", "d"].map((tag) => pushImage(layout, tinyImage(), { tag })));
    expect(await layout.entries()).toHaveLength(4);
    expect((await readdir(join(folder, "blobs/sha256"))).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("copies an index from one to another", async () => {
    const layout = new OciLayout(folder);
    const images = [await pushImage(layout, tinyImage()), await pushImage(layout, tinyImage(undefined, "linux/arm64"))];
    const index = await pushIndex(layout, images, { tag: "1", merge: true });
    const target = new OciLayout(join(folder, "copy"));
    expect((await copyImage(layout, "1", target, { tag: "x" })).digest).toBe(index.digest);
    expect((await readImage(target, "x", { os: "linux", architecture: "arm64" })).config.architecture).toBe("arm64");
  });

  it("knows its only image without a tag, and says what it lists otherwise", async () => {
    const layout = new OciLayout(folder);
    const { digest } = await pushImage(layout, tinyImage(), { tag: "1" });
    expect((await layout.root()).digest).toBe(digest);
    await pushImage(layout, tinyImage(), { tag: "2" });
    for (const call of [() => layout.root(), () => layout.root("3"), () => layout.getManifest("3")]) {
      expect(await failureOf(call())).toMatchObject({ code: "E_INPUT_FILE", message: expect.stringContaining("1, 2") });
    }
  });

  it("keeps nothing of a blob that is not what it should be", async () => {
    const layout = new OciLayout(folder);
    const layer = tinyLayer();
    const wrong = async function* () {
      yield Buffer.alloc(layer.descriptor.size);
    };
    expect(await failureOf(layout.putBlob(layer.descriptor, wrong))).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    expect(await readdir(join(folder, "blobs/sha256"))).toEqual([]);
    expect(await layout.hasBlob(layer.descriptor)).toBe(false);
  });

  it("refuses what was changed on disk", async () => {
    const layout = new OciLayout(folder);
    const layer = tinyLayer();
    const image = await pushImage(layout, tinyImage([layer]), { tag: "1" });
    await writeFile(blobPath(layer.descriptor.digest), Buffer.alloc(layer.descriptor.size));
    expect(await failureOf(bytesOf(layout.getBlob(layer.descriptor)))).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    await writeFile(blobPath(image.digest), "{}");
    expect(await failureOf(layout.getManifest("1"))).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    await rm(blobPath(image.digest));
    expect(await failureOf(layout.getManifest("1"))).toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("refuses a folder that is not a layout, and a digest that is a path", async () => {
    expect(await failureOf(new OciLayout(folder).entries())).toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining(folder),
    });
    const digest = "sha256:../../../etc/passwd";
    const layout = new OciLayout(folder);
    expect(await failureOf(layout.hasBlob({ mediaType: "x", digest, size: 1 }))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    await writeFile(
      join(folder, "index.json"),
      JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: "x", digest, size: 1 }] }),
    );
    expect(await failureOf(layout.root())).toMatchObject({ code: "E_DIGEST_MISMATCH" });
  });

  it("rewrites a blob that exists with other bytes", async () => {
    const layer = tinyLayer();
    const image = await pushImage(new OciLayout(folder), tinyImage([layer]), { tag: "1" });
    await writeFile(blobPath(layer.descriptor.digest), Buffer.alloc(layer.descriptor.size));
    await writeFile(blobPath(image.digest), Buffer.alloc(image.size));
    expect(await new OciLayout(folder).hasBlob(layer.descriptor)).toBe(false);
    await pushImage(new OciLayout(folder), tinyImage([layer]), { tag: "2" });
    expect(await bytesOf(new OciLayout(folder).getBlob(layer.descriptor))).toEqual(layer.bytes);
    expect((await new OciLayout(folder).getManifest("1")).digest).toBe(image.digest);
  });

  it("keeps every tag that several objects and processes write at once", async () => {
    const tags = Array.from({ length: 12 }, (_, nth) => `t${nth}`);
    await Promise.all(tags.map((tag) => pushImage(new OciLayout(folder), tinyImage(), { tag })));
    const script = fileURLToPath(new URL("../fixtures/write-layout.ts", import.meta.url));
    const processes = ["p1", "p2", "p3"].map((tag) => execa(process.execPath, [script, folder, tag]));
    await Promise.all(processes);
    const entries = await new OciLayout(folder).entries();
    const names = entries.map(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"]);
    expect(names.sort()).toEqual([...tags, "p1", "p2", "p3"].sort());
    expect((await readdir(folder)).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
  });

  it("gives no tag to an image of which a blob was removed meanwhile", async () => {
    const layer = tinyLayer();
    const layout = new OciLayout(folder);
    const image = await pushImage(layout, tinyImage([layer]));
    const manifest = await layout.getManifest(image.digest);
    await rm(blobPath(layer.descriptor.digest));
    const error = await failureOf(layout.putManifest(manifest, { tag: "1" }));
    expect(error).toMatchObject({ code: "E_OUTPUT", message: expect.stringContaining(layer.descriptor.digest) });
    expect(await readdir(folder)).not.toContain("index.json");
  });

  it("leaves no blob without an index when writing fails", async () => {
    const broken = { ...tinyLayer(), open: () => Readable.from([Buffer.from("x")]) };
    const fresh = join(folder, "fresh");
    await failureOf(pushImage(new OciLayout(fresh), tinyImage([tinyLayer(), broken]), { tag: "1", concurrency: 1 }));
    expect(await readdir(folder)).toEqual([]);
    const kept = tinyLayer();
    const { digest } = await pushImage(new OciLayout(folder), tinyImage([kept]), { tag: "1" });
    const before = (await readdir(join(folder, "blobs/sha256"))).sort();
    const call = pushImage(new OciLayout(folder), tinyImage([kept, tinyLayer(), broken]), { tag: "2", concurrency: 1 });
    expect(await failureOf(call)).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    expect((await readdir(join(folder, "blobs/sha256"))).sort()).toEqual(before);
    expect((await new OciLayout(folder).root()).digest).toBe(digest);
  });

  it("refuses a folder with another index.json before it writes anything", async () => {
    for (const text of ["{}", "junk", '{"schemaVersion":1}']) {
      await writeFile(join(folder, "index.json"), text);
      const error = await failureOf(pushImage(new OciLayout(folder), tinyImage(), { tag: "1" }));
      expect(error).toMatchObject({ code: "E_OUTPUT", message: expect.stringContaining(folder) });
      expect(await readdir(folder)).toEqual(["index.json"]);
    }
  });

  it("sweeps what a killed run left, and leaves what another writes", async () => {
    const parts = join(folder, "blobs/sha256");
    await mkdir(parts, { recursive: true });
    await writeFile(join(parts, "a.part"), "");
    await utimes(join(parts, "a.part"), new Date(0), new Date(0));
    await writeFile(join(parts, "b.part"), "");
    const index = draftPath(join(folder, "index.json")).replace(processMark(), "0123456789abcdef.1.1");
    await writeFile(index, "");
    await utimes(index, new Date(0), new Date(0));
    await pushImage(new OciLayout(folder), tinyImage([]), { tag: "1" });
    const left = (await readdir(parts)).filter((name) => name.endsWith(".part"));
    expect(left).toEqual(["b.part"]);
    expect((await readdir(folder)).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
  });

  it.skipIf(process.platform === "win32")("leaves nothing where the system takes no more bytes", async () => {
    const script = fileURLToPath(new URL("../fixtures/write-layout.ts", import.meta.url));
    const command = `ulimit -f 200; exec "${process.execPath}" "${script}" "${folder}/full" 1 5000000`;
    const { stdout, exitCode } = await execa("sh", ["-c", command], { reject: false });
    expect(stdout).toBe(`E_OUTPUT oci:${folder}/full cannot be written (EFBIG)`);
    expect(exitCode).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it("says so when it cannot be written", async () => {
    const error = await failureOf(pushImage(new OciLayout("/dev/null/layout"), tinyImage(), { tag: "1" }));
    expect(error).toMatchObject({ code: "E_OUTPUT", message: "oci:/dev/null/layout cannot be written (ENOTDIR)" });
  });

  it("stops when cancelled", async () => {
    const layer = tinyLayer();
    const signal = AbortSignal.abort();
    await failureOf(new OciLayout(folder).putBlob(layer.descriptor, layer.open, { signal }));
    expect(layer.opened).toBe(0);
  });

  it("gives the same bytes for the same image", async () => {
    const layers = [tinyLayer()];
    const one = await pushImage(new OciLayout(join(folder, "a")), tinyImage(layers), { tag: "1" });
    const two = await pushImage(new OciLayout(join(folder, "b")), tinyImage(layers), { tag: "1", concurrency: 1 });
    expect(one).toEqual(two);
    const index = (name: string) => readFile(join(folder, name, "index.json"));
    expect(digestOf(await index("a"))).toBe(digestOf(await index("b")));
  });
});
