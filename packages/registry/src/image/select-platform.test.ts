import { describe, expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { assembleIndex } from "./assemble-index.ts";
import { type Descriptor, MEDIA_TYPES } from "./descriptor.ts";
import { type IndexDocument, parseManifest } from "./parse-manifest.ts";
import { parsePlatform } from "./platform.ts";
import { platformsOf, selectPlatform } from "./select-platform.ts";

const image = (platform: string, seed = platform): Descriptor => ({
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digestOf(seed),
  size: 1,
  platform: { ...parsePlatform(platform) },
});
const attestation = (of: Descriptor): Descriptor => ({
  mediaType: MEDIA_TYPES.ociManifest,
  digest: digestOf(`about ${of.digest}`),
  size: 1,
  platform: { os: "unknown", architecture: "unknown" },
  annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": of.digest },
});
const amd64 = image("linux/amd64");
const arm64 = image("linux/arm64/v8");
const armv6 = image("linux/arm/v6");
const index = { manifests: [attestation(amd64), amd64, arm64, armv6, image("windows/amd64")] };

describe("selectPlatform", () => {
  it.each([
    ["linux/amd64", amd64],
    ["linux/arm64", arm64],
    ["linux/arm64/v8", arm64],
    ["linux/arm/v7", armv6],
    ["linux/amd64/v3", amd64],
  ])("finds the entry for %s", (platform, entry) => {
    expect(selectPlatform(index, parsePlatform(platform))).toEqual(entry);
  });

  it.each(["linux/arm/v5", "linux/s390x", "linux/386"])("says what there is instead of %s", (platform) => {
    expect(() => selectPlatform(index, parsePlatform(platform), "x.io/a:1")).toThrowError(
      expect.objectContaining({
        code: "E_REGISTRY",
        message: `x.io/a:1 has no image for ${platform}; it has linux/amd64, linux/arm/v6, linux/arm64, windows/amd64`,
      }),
    );
  });

  it("never takes arm64 for amd64", () => {
    expect(() => selectPlatform({ manifests: [amd64] }, parsePlatform("linux/arm64"))).toThrowError(/linux\/arm64/);
  });

  it("leaves attestations out of the platforms", () => {
    expect(platformsOf(index)).toEqual(["linux/amd64", "linux/arm/v6", "linux/arm64", "windows/amd64"]);
    expect(platformsOf({ manifests: [attestation(amd64)] })).toEqual([]);
  });
});

describe("assembleIndex", () => {
  const read = (made: ReturnType<typeof assembleIndex>) => (parseManifest(made, "x") as IndexDocument).manifests;

  it("gives the same bytes whatever the order", () => {
    expect(assembleIndex([arm64, amd64]).digest).toBe(assembleIndex([amd64, arm64]).digest);
  });

  it("keeps platforms that are there already, with their attestations, and replaces its own", () => {
    const newer = image("linux/amd64", "newer");
    const merged = read(assembleIndex([newer], [amd64, attestation(amd64), arm64, attestation(arm64)]));
    expect(merged.map(({ digest }) => digest)).toEqual([newer.digest, arm64.digest, attestation(arm64).digest]);
  });

  it("knows linux/arm64/v8 and linux/arm64 for the same", () => {
    expect(read(assembleIndex([image("linux/arm64", "new")], [arm64]))).toHaveLength(1);
  });
});
