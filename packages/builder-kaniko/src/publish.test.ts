import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageParts, OciLayout, pushImage } from "@imagespec/registry";
import { buildRequest, startRegistry } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { kanikoOptions } from "./options.ts";
import { publish } from "./publish.ts";

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

it.each([
  [["linux/amd64"], 1],
  [["linux/amd64", "linux/arm64"], 2],
])("for %j removes what the images were read from when the tag alone is left to write", async (platforms, images) => {
  const folder = await mkdtemp(join(tmpdir(), "publish-"));
  await using server = await startRegistry();
  try {
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
  } finally {
    await rm(folder, { recursive: true });
  }
});
