import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { failureOf, tinyImage } from "../fixtures/tiny-image.ts";
import { OciLayout } from "../layout/oci-layout.ts";
import { copyImage } from "./copy-image.ts";
import { pushImage } from "./push-image.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "copy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function layouts() {
  const [source, sink] = [new OciLayout(join(folder, "from")), new OciLayout(join(folder, "to"))];
  const { digest } = await pushImage(source, tinyImage(), { tag: "1" });
  return { source, sink, digest };
}

it("calls beforeTag when all blobs are there and the tag is not, and only where there is a tag", async () => {
  const { source, sink, digest } = await layouts();
  const { layers, config } = JSON.parse(Buffer.from((await source.getManifest(digest)).bytes).toString());
  const seen: unknown[] = [];
  const beforeTag = async () => {
    const blobs = await Promise.all([config, ...layers].map((blob) => sink.hasBlob(blob)));
    seen.push({ blobs, tagged: (await sink.entries().catch(() => [])).length });
  };
  await copyImage(source, digest, sink, { beforeTag });
  expect(seen).toEqual([]);
  await copyImage(source, digest, sink, { tag: "1", beforeTag });
  expect(seen).toEqual([{ blobs: [true, true, true], tagged: 0 }]);
  expect((await sink.root("1")).digest).toBe(digest);
});

it("gives no tag when beforeTag fails", async () => {
  const { source, sink, digest } = await layouts();
  const beforeTag = () => Promise.reject(new Error("no"));
  expect(await failureOf(copyImage(source, digest, sink, { tag: "1", beforeTag }))).toMatchObject({ message: "no" });
  expect(await readdir(folder)).toEqual(["from"]);
});
