import { checkedDigest } from "../digest/digest.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { type Descriptor, MEDIA_TYPES } from "./descriptor.ts";
import { JsonRefused, parseJson } from "./parse-json.ts";
import type { ManifestBytes } from "./store.ts";

/** An image index or docker manifest list (OCI image-spec, image-index.md). */
export interface IndexDocument {
  kind: "index";
  schemaVersion: 2;
  mediaType?: string | undefined;
  manifests: Descriptor[];
  annotations?: Record<string, string> | undefined;
}

/** An image manifest, OCI or Docker (OCI image-spec, manifest.md). */
export interface ManifestDocument {
  kind: "manifest";
  schemaVersion: 2;
  mediaType?: string | undefined;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string> | undefined;
}

export const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerIndex]);
export const MANIFEST_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociManifest, MEDIA_TYPES.dockerManifest]);
/** A manifest larger than this is refused, as registries do (distribution-spec: at least 4 MiB must be supported). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** How many indexes may nest: none that a build tool makes has more than two. */
export const MAX_INDEX_DEPTH = 4;
const MAX_ENTRIES = 10_000;

type Json = Record<string, unknown>;

/**
 * Reads a manifest or index and checks every descriptor in it.
 *
 * @throws ImageSpecError E_REGISTRY or E_DIGEST_MISMATCH naming `subject`.
 */
export function parseManifest(manifest: ManifestBytes, subject: string): IndexDocument | ManifestDocument {
  const refuse = (what: string) =>
    new ImageSpecError("E_REGISTRY", `${subject} ${what}`, {
      hint: "Push the image again with a current tool; only OCI and Docker schema 2 images can be used.",
      details: { digest: manifest.digest, mediaType: manifest.mediaType },
    });
  if (manifest.bytes.length > MAX_MANIFEST_BYTES) throw refuse(`is larger than ${MAX_MANIFEST_BYTES} bytes`);
  let json: Json;
  try {
    json = parseJson(manifest.bytes) as Json;
  } catch (error) {
    throw refuse(error instanceof JsonRefused ? error.message : "is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refuse("is not a JSON object");
  if (json.schemaVersion !== 2) throw refuse(`has schemaVersion ${shown(json.schemaVersion)}, not 2`);
  const stated = json.mediaType;
  if (stated !== undefined && stated !== manifest.mediaType) {
    throw refuse(`is served as ${manifest.mediaType} and says it is ${shown(stated)}`);
  }
  const isIndex = INDEX_TYPES.has(manifest.mediaType);
  if (!isIndex && !MANIFEST_TYPES.has(manifest.mediaType))
    throw refuse(`has the media type ${shown(manifest.mediaType)}`);
  // A document that can be read as either kind would mean different images to different readers.
  if (isIndex ? "layers" in json || "config" in json : "manifests" in json) throw refuse("mixes index and manifest");
  if (isIndex) {
    const manifests = entries(json.manifests, subject, "manifests");
    return { ...(json as unknown as IndexDocument), kind: "index", manifests };
  }
  return {
    ...(json as unknown as ManifestDocument),
    kind: "manifest",
    config: entry(json.config, subject, "config"),
    layers: entries(json.layers, subject, "layers"),
  };
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? "undefined";
}

function entries(value: unknown, subject: string, field: string): Descriptor[] {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) {
    const hint = "Push the image again.";
    throw new ImageSpecError("E_REGISTRY", `${subject} has no usable list "${field}"`, { hint });
  }
  return value.map((item, index) => entry(item, subject, `${field}[${index}]`));
}

function entry(value: unknown, subject: string, field: string): Descriptor {
  if (typeof value !== "object" || value === null) {
    const hint = "Choose a container image of OCI or Docker schema 2.";
    throw new ImageSpecError("E_REGISTRY", `${subject} has no ${field}`, { hint });
  }
  const json = value as Json;
  checkedDigest(json.digest, `${subject}, ${field},`);
  const { size, mediaType, platform, ...rest } = json;
  // Go writes null for what is empty.
  const isUnstated = platform === undefined || platform === null;
  const platformOk = isUnstated || isPlatform(platform);
  if (!Number.isSafeInteger(size) || (size as number) < 0 || typeof mediaType !== "string" || !platformOk) {
    const message = `${subject}, ${field}, is not a descriptor: ${shown(json)}`;
    const hint = "Push the image again: a descriptor has mediaType, digest and a size of zero or more bytes.";
    throw new ImageSpecError("E_REGISTRY", message, { hint });
  }
  return { ...rest, mediaType, size, ...(isUnstated ? {} : { platform }) } as unknown as Descriptor;
}

function isPlatform(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { os, architecture, variant } = value as Json;
  return typeof os === "string" && typeof architecture === "string" && typeof (variant ?? "") === "string";
}

/**
 * Compares a manifest with the descriptor that points to it.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH when they do not match.
 */
export function checkChild(child: Descriptor, bytes: ManifestBytes, subject: string): void {
  if (child.digest === bytes.digest && child.size === bytes.bytes.length && child.mediaType === bytes.mediaType) return;
  throw new ImageSpecError(
    "E_DIGEST_MISMATCH",
    `${subject}: its entry ${child.digest} states ${child.size} bytes of ${child.mediaType}, and there are ${bytes.bytes.length} of ${bytes.mediaType}`,
    { hint: "Push the image again: its index is broken." },
  );
}
