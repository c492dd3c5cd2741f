import { expect, it } from "vitest";
import { digestOf } from "../digest/digest.ts";
import { MEDIA_TYPES } from "./descriptor.ts";
import { parseManifest } from "./parse-manifest.ts";

const digest = digestOf("x");
const blob = { mediaType: MEDIA_TYPES.ociConfig, digest, size: 1 };
const manifest = { schemaVersion: 2, config: blob, layers: [blob] };
const deep = "[".repeat(20_000) + "]".repeat(20_000);
const index = { schemaVersion: 2, manifests: [{ ...blob, mediaType: MEDIA_TYPES.ociManifest }] };

function parse(json: unknown, mediaType: string = MEDIA_TYPES.ociManifest) {
  const bytes = typeof json === "string" ? Buffer.from(json) : Buffer.from(JSON.stringify(json));
  return parseManifest({ bytes, mediaType, digest: digestOf(bytes) }, "x.io/app:1");
}

it("reads manifests and indexes, OCI and Docker", () => {
  expect(parse(manifest)).toMatchObject({ kind: "manifest", layers: [blob] });
  expect(parse(manifest, MEDIA_TYPES.dockerManifest)).toMatchObject({ kind: "manifest" });
  expect(parse(index, MEDIA_TYPES.ociIndex)).toMatchObject({ kind: "index" });
  expect(parse({ ...index, manifests: [] }, MEDIA_TYPES.dockerIndex)).toMatchObject({ kind: "index", manifests: [] });
});

it("takes null for what an entry does not say, as Go writes it", () => {
  const [entry] = index.manifests;
  const parsed = (more: object) => parse({ ...index, manifests: [{ ...entry, ...more }] }, MEDIA_TYPES.ociIndex);
  expect(parsed({ platform: null })).toMatchObject({ manifests: [entry] });
  expect(parsed({ platform: null })).not.toHaveProperty("manifests.0.platform");
  const platform = { os: "linux", architecture: "amd64", variant: null };
  expect(parsed({ platform, annotations: null })).toMatchObject({ manifests: [{ platform }] });
});

it.each<[string, unknown, string?]>([
  ["no JSON", "{"],
  ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("latin1").replace("ÿ", "\u0000")],
  ["a list", []],
  ["a key twice", JSON.stringify(manifest).replace("{", '{"layers":[],')],
  ["a key twice, once escaped", JSON.stringify(manifest).replace("{", '{"l\\u0061yers":[],')],
  ["a key twice, deep inside", JSON.stringify(manifest).replace('"size"', '"size":2,"size"')],
  ["a field in two spellings", JSON.stringify(manifest).replace("{", '{"Layers":[],')],
  ["a digest nested deeply", JSON.stringify(manifest).replace(JSON.stringify(digest), deep)],
  ["a size nested deeply", JSON.stringify(manifest).replace('"size":1', `"size":${deep}`)],
  ["a version nested deeply", JSON.stringify(manifest).replace('"schemaVersion":2', `"schemaVersion":${deep}`)],
  [
    "what nobody knows nested deeply",
    JSON.stringify(manifest)
      .replace("{", `{"x":${deep.replaceAll("[", '{"":[')},`)
      .replaceAll("]", "]}"),
  ],
  ["schema 1", { ...manifest, schemaVersion: 1 }],
  ["another media type inside", { ...manifest, mediaType: MEDIA_TYPES.ociIndex }],
  ["an unknown media type", manifest, "application/x"],
  ["both an index and a manifest", { ...manifest, manifests: [] }],
  ["a manifest served as index", manifest, MEDIA_TYPES.ociIndex],
  ["no config", { schemaVersion: 2, layers: [blob] }],
  ["no layers", { schemaVersion: 2, config: blob }],
  ["a path for a digest", { ...manifest, layers: [{ ...blob, digest: "sha256:../../x" }] }],
  ["a short digest", { ...manifest, layers: [{ ...blob, digest: "sha256:abc" }] }],
  ["a negative size", { ...manifest, layers: [{ ...blob, size: -1 }] }],
  ["a huge size", { ...manifest, layers: [{ ...blob, size: 1e300 }] }],
  ["a fractional size", { ...manifest, config: { ...blob, size: 1.5 } }],
  ["a size that is text", { ...manifest, config: { ...blob, size: "1" } }],
  ["a platform that is text", { ...index, manifests: [{ ...blob, platform: "linux" }] }, MEDIA_TYPES.ociIndex],
  [
    "a variant that is a number",
    { ...index, manifests: [{ ...blob, platform: { os: "linux", architecture: "arm64", variant: 8 } }] },
    MEDIA_TYPES.ociIndex,
  ],
  ["too many entries", { ...index, manifests: Array(10_001).fill(blob) }, MEDIA_TYPES.ociIndex],
  ["4 MiB and a byte", JSON.stringify(manifest).padEnd(4 * 1024 * 1024 + 1)],
])("refuses %s, naming the image", (_name, json, mediaType) => {
  expect(() => parse(json, mediaType)).toThrowError(
    expect.objectContaining({
      code: expect.stringMatching(/^E_(REGISTRY|DIGEST_MISMATCH)$/),
      message: expect.stringContaining("x.io/app:1"),
      hint: expect.any(String),
    }),
  );
});

it("takes keys that are alike in different objects, and labels that differ in case", () => {
  const annotations = { a: "x", A: "y", "b{": '":{"layers"', config: "z" };
  expect(parse({ ...manifest, annotations, layers: [blob, { ...blob, annotations }] })).toMatchObject({ annotations });
});
