import { startRegistry } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { quickClient } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { checkRegistryPresence } from "../presence/check-registry-presence.ts";
import type { Descriptor } from "./descriptor.ts";
import { MEDIA_TYPES } from "./descriptor.ts";
import { parsePlatform } from "./platform.ts";
import { pushImage, pushIndex } from "./push-image.ts";
import { readImage } from "./read-image.ts";

async function indexed(images: { config: string; entry: string | undefined }[]) {
  const server = await startRegistry();
  const client = quickClient();
  const repository = client.repository(`${server.host}/a`);
  const entries: Descriptor[] = [];
  for (const { config, entry } of images) {
    const { platform: _platform, ...descriptor } = await pushImage(repository, tinyImage(undefined, config));
    entries.push(entry === undefined ? descriptor : { ...descriptor, platform: { ...parsePlatform(entry) } });
  }
  await pushIndex(repository, entries, { tag: "1" });
  return { server, client, repository, entries };
}

describe("an index whose entries state no platform", () => {
  it("is read from the configs, for a build and for presence", async () => {
    const { server, client, repository, entries } = await indexed([
      { config: "linux/amd64", entry: undefined },
      { config: "linux/arm64", entry: undefined },
    ]);
    await using _server = server;
    const arm64 = await readImage(repository, "1", parsePlatform("linux/arm64"));
    expect(arm64.bytes.digest).toBe(entries[1]?.digest);
    expect(arm64.descriptor.platform).toMatchObject({ architecture: "arm64" });
    expect(await failureOf(readImage(repository, "1", parsePlatform("linux/s390x")))).toMatchObject({
      code: "E_REGISTRY",
      details: { platform: "linux/s390x", platforms: ["linux/amd64", "linux/arm64"] },
    });
    const check = (platform: string) => checkRegistryPresence(`${repository.name}:1`, [platform], { client });
    expect(await check("linux/arm64")).toMatchObject({ status: "present", platforms: ["linux/amd64", "linux/arm64"] });
    expect(await check("linux/s390x")).toMatchObject({ status: "absent", missing: ["linux/s390x"] });
  });

  it("is followed through indexes that state none either, each only so far", async () => {
    const { server, client, repository } = await indexed([
      { config: "linux/amd64", entry: "linux/amd64" },
      { config: "linux/arm64", entry: undefined },
    ]);
    await using _server = server;
    const nest = async () => {
      const { digest, bytes, mediaType } = await repository.getManifest("1");
      await pushIndex(repository, [{ digest, size: bytes.length, mediaType }], { tag: "1" });
    };
    await nest();
    await nest();
    const found = await readImage(repository, "1", parsePlatform("linux/arm64"));
    expect(found.descriptor.platform).toMatchObject({ architecture: "arm64" });
    const asked = checkRegistryPresence(`${repository.name}:1`, ["linux/amd64"], { client });
    expect(await asked).toMatchObject({ status: "present", platforms: ["linux/amd64", "linux/arm64"] });
    for (let deeper = 0; deeper < 4; deeper++) await nest();
    expect(await failureOf(readImage(repository, "1", parsePlatform("linux/arm64")))).toMatchObject({
      code: "E_REGISTRY",
    });
  });

  it("passes over artifacts that are not images", async () => {
    const { server, repository } = await indexed([{ config: "linux/amd64", entry: undefined }]);
    await using _server = server;
    const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: "", size: 2 };
    const bytes = Buffer.from("{}");
    const { digestOf } = await import("../digest/digest.ts");
    config.digest = digestOf(bytes);
    await repository.putBlob(config, async function* () {
      yield bytes;
    });
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers: [config] }),
    );
    const digest = digestOf(manifest);
    await repository.putManifest({ mediaType: MEDIA_TYPES.ociManifest, digest, bytes: manifest });
    const signature = { mediaType: MEDIA_TYPES.ociManifest, digest, size: manifest.length };
    await pushIndex(repository, [signature], { tag: "1", merge: true });
    expect((await readImage(repository, "1", parsePlatform("linux/amd64"))).config.architecture).toBe("amd64");
  });
});

describe("images for arm", () => {
  it.each([
    ["linux/arm/v7", "linux/arm/v7", "linux/arm/v7"],
    ["linux/arm", "linux/arm/v7", "linux/arm/v7"],
    ["linux/arm", "linux/arm/v6", "linux/arm/v6"],
    ["linux/arm", "linux/arm/v5", "linux/arm/v7"],
    ["linux/arm/v6", "linux/arm/v7", "linux/arm/v7"],
    ["linux/arm64", "linux/arm64/v8", "linux/arm64"],
  ])("config %s, entry %s, wanted %s", async (config, entry, wanted) => {
    const { server, repository } = await indexed([{ config, entry }]);
    await using _server = server;
    expect((await readImage(repository, "1", parsePlatform(wanted))).manifest.layers).toHaveLength(2);
  });

  it("newer ones are not run by older machines", async () => {
    const { server, repository } = await indexed([{ config: "linux/arm/v7", entry: "linux/arm/v7" }]);
    await using _server = server;
    expect(await failureOf(readImage(repository, "1", parsePlatform("linux/arm/v6")))).toMatchObject({
      code: "E_REGISTRY",
    });
  });
});

describe("layers", () => {
  const read = async (mediaType: string) => {
    await using server = await startRegistry();
    const repository = quickClient().repository(`${server.host}/a`);
    const layer = tinyLayer();
    await pushImage(repository, tinyImage([{ ...layer, descriptor: { ...layer.descriptor, mediaType } }]), {
      tag: "1",
    });
    return await readImage(repository, "1", parsePlatform("linux/amd64"));
  };

  it.each([
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  ])("of the type %s can be used", async (type) => {
    expect((await read(type)).manifest.layers).toMatchObject([{ mediaType: type }]);
  });

  it.each([
    "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
    "application/vnd.oci.image.layer.nydus.blob.v1",
    "application/vnd.erofs.layer.v1",
    "application/vnd.wasm.content.layer.v1+wasm",
  ])("of the type %s cannot", async (type) => {
    expect(await failureOf(read(type))).toMatchObject({ code: "E_REGISTRY", message: expect.stringContaining(type) });
  });
});
