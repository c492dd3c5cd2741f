import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { extract } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { bytesOf, failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { pushImage, pushIndex } from "../image/push-image.ts";
import { draftPath } from "../process/draft.ts";
import { processMark } from "../process/process-mark.ts";
import { DockerArchive } from "./docker-archive.ts";
import { OciLayout } from "./oci-layout.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function entriesOf(path: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const reader = extract();
  createReadStream(path).pipe(reader);
  for await (const entry of reader) {
    expect(entry.header.mtime?.getTime()).toBe(0);
    entries.set(entry.header.name, await bytesOf(entry as unknown as AsyncIterable<Uint8Array>));
  }
  return entries;
}

describe("DockerArchive", () => {
  it("is an OCI layout with docker's manifest.json, each blob once", async () => {
    const path = join(folder, "x.tar");
    const layer = tinyLayer(300_000);
    const archive = await DockerArchive.create(path, "team/app:1");
    const { digest } = await pushImage(archive, tinyImage([layer, tinyLayer(), layer]));
    expect(await readdir(folder)).not.toContain("x.tar");
    await archive.close();
    expect(await readdir(folder)).toEqual(["x.tar"]);
    const entries = await entriesOf(path);
    const json = (name: string) => JSON.parse(String(entries.get(name)));
    const [image] = json("manifest.json");
    expect(image.RepoTags).toEqual(["team/app:1"]);
    expect(image.Layers).toHaveLength(3);
    expect(entries.get(image.Layers[0])).toEqual(layer.bytes);
    expect(json(image.Config)).toMatchObject({ os: "linux", architecture: "amd64" });
    expect(json("index.json").manifests).toMatchObject([
      {
        digest,
        annotations: { "org.opencontainers.image.ref.name": "1", "io.containerd.image.name": "docker.io/team/app:1" },
      },
    ]);
    for (const [name, bytes] of entries)
      if (name.startsWith("blobs/")) expect(name).toBe(`blobs/${digestOf(bytes).replace(":", "/")}`);
  });

  it("leaves nothing when it is given up, or when a blob is wrong", async () => {
    const layer = tinyLayer(200_000);
    const wrong = {
      ...layer,
      open: async function* () {
        yield Buffer.alloc(100_000);
        yield Buffer.alloc(100_000);
      },
    };
    const archive = await DockerArchive.create(join(folder, "x.tar"), "a:1");
    expect(await failureOf(pushImage(archive, tinyImage([wrong])))).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    expect(await failureOf(archive.close())).toMatchObject({ code: "E_DIGEST_MISMATCH" });
    await archive.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it("sweeps what a killed run left of the same file, and leaves what another writes", async () => {
    const path = join(folder, "x.tar");
    const draftOf = (file: string) => draftPath(join(folder, file)).replace(processMark(), "0123456789abcdef.1.1");
    const [left, young, other] = [draftOf("x.tar"), draftOf("x.tar"), draftOf("y.tar")];
    for (const draft of [left, young, other]) await writeFile(draft, "");
    for (const draft of [left, other]) await utimes(draft, new Date(0), new Date(0));
    const archive = await DockerArchive.create(path, "a:1");
    await pushImage(archive, tinyImage());
    await archive.close();
    expect((await readdir(folder)).sort()).toEqual([path, young, other].map((file) => basename(file)).sort());
  });

  it("takes one platform", async () => {
    const archive = await DockerArchive.create(join(folder, "x.tar"), "a:1");
    const layout = new OciLayout(join(folder, "layout"));
    const two = [await pushImage(layout, tinyImage()), await pushImage(layout, tinyImage(undefined, "linux/arm64"))];
    await pushIndex(layout, two, { tag: "1" });
    expect(await failureOf(archive.putManifest(await layout.getManifest("1")))).toMatchObject({
      code: "E_UNSUPPORTED",
    });
    await archive.abort();
  });

  it("says so when the place cannot be written", async () => {
    const archive = await DockerArchive.create(join(folder, "gone/x.tar"), "a:1");
    await rm(folder, { recursive: true });
    const lost = { code: "E_OUTPUT", message: expect.stringContaining("x.tar cannot be written (ENOENT)") };
    // The file may have been open already; then moving it to its place is what fails.
    await pushImage(archive, tinyImage()).catch((error) => expect(error).toMatchObject(lost));
    expect(await failureOf(archive.close())).toMatchObject(lost);
    expect(await failureOf(DockerArchive.create("/dev/null/x.tar", "a:1"))).toMatchObject({ code: "E_OUTPUT" });
    await mkdir(join(folder, "folder"), { recursive: true });
    await symlink("loop", join(folder, "loop"));
    for (const path of ["/dev/null", join(folder, "folder"), join(folder, "loop"), join(folder, "x".repeat(300))])
      expect(await failureOf(DockerArchive.create(path, "a:1"))).toMatchObject({
        code: "E_OUTPUT",
        hint: expect.any(String),
      });
    expect(await failureOf(DockerArchive.create("x.tar", "A:1"))).toMatchObject({ code: "E_REFERENCE" });
  });
});
