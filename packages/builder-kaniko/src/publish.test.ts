import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageParts, OciLayout, pushImage, RegistryClient } from "@imagespec/registry";
import { buildRequest, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kanikoOptions } from "./options.ts";
import { publish } from "./publish.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "publish-"));
});
afterEach(() => rm(folder, { recursive: true }));

function imageOf(platform: string): ImageParts {
  const [os = "", architecture = ""] = platform.split("/");
  const bytes = Buffer.from(`a layer for ${platform}`);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: bytes.length };
  async function* open() {
    yield bytes;
  }
  return {
    config: { os, architecture, rootfs: { type: "layers", diff_ids: [digest] } },
    layers: [{ descriptor, open }],
  };
}

it("has the registry mount the layers of a base of its own, and sends the others", async () => {
  await using server = await startRegistry();
  const source = new OciLayout(folder);
  const [base, own] = [imageOf("linux/amd64"), imageOf("linux/arm64")];
  const client = new RegistryClient({ env: {} });
  await pushImage(client.repository(`${server.host}/team/base`), base, { tag: "1" });
  await client.close();
  const rootfs = {
    type: "layers",
    diff_ids: [...base.layers, ...own.layers].map(({ descriptor }) => descriptor.digest),
  };
  const config = { os: "linux", architecture: "amd64", rootfs };
  const { digest } = await pushImage(source, { config, layers: [...base.layers, ...own.layers] });
  const request = buildRequest({
    options: kanikoOptions.parse({}),
    plan: { base: "docker.io/team/base:1" },
    target: { reference: `${server.host}/team/app:1`, push: true },
    mirrors: { "docker.io": server.host },
  });
  const before = server.exchanges.length;
  const images = [{ platform: "linux/amd64", source, digest }];
  await publish({ request, images, dispose: () => Promise.resolve() });
  const started = server.exchanges.slice(before).filter(({ method }) => method === "POST");
  expect(started.map(({ status }) => status).sort()).toEqual([201, 202, 202]);
});

it.each([
  [["linux/amd64"], 1],
  [["linux/amd64", "linux/arm64"], 2],
])("for %j removes what the images were read from when the tag alone is left to write", async (platforms, images) => {
  await using server = await startRegistry();
  const source = new OciLayout(folder);
  const built = await Promise.all(
    platforms.map(async (platform) => {
      const { digest } = await pushImage(source, imageOf(platform));
      return { platform, source, digest };
    }),
  );
  const reference = `${server.host}/team/app:1`;
  const request = buildRequest({ options: kanikoOptions.parse({}), target: { reference, platforms, push: true } });
  const seen: unknown[] = [];
  const dispose = async () => {
    const repository = server.repositories.get("team/app");
    seen.push({ blobs: repository?.blobs.size, tags: [...(repository?.tags.keys() ?? [])] });
  };
  const { digest } = await publish({ request, images: built, dispose });
  expect(seen).toEqual([{ blobs: 2 * images, tags: [] }]);
  expect(server.repositories.get("team/app")?.tags.get("1")).toBe(digest);
});
