import { collectBytes } from "../digest/collect-bytes.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import { type IndexDocument, type ManifestDocument, parseManifest } from "./parse-manifest.ts";
import { formatPlatform, runnablePlatforms } from "./platform.ts";
import { selectPlatform } from "./select-platform.ts";
import type { CallOptions, ImageSource, ManifestBytes } from "./store.ts";

/** What an image config says that is of use here (OCI image-spec, config.md). */
export interface ImageConfig {
  architecture: string;
  os: string;
  variant?: string;
  created?: string;
  config?: {
    User?: string;
    Env?: string[];
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    WorkingDir?: string;
    Labels?: Record<string, string> | null;
    [field: string]: unknown;
  };
  rootfs: { type: string; diff_ids: string[] };
  history?: Record<string, unknown>[];
  [field: string]: unknown;
}

export interface ReadImage {
  /** The image's manifest; its bytes are in `bytes`. */
  manifest: ManifestDocument;
  bytes: ManifestBytes;
  config: ImageConfig;
  /** Points to the manifest, with its platform. */
  descriptor: Descriptor;
  /** The index it was chosen from, and that index's bytes. */
  index?: { document: IndexDocument; bytes: ManifestBytes };
}

const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const MAX_INDEX_DEPTH = 4;

/**
 * Reads the image for a platform: an index is followed to its child. Throws E_REGISTRY when there is none for the
 * platform (it lists what there is), E_DIGEST_MISMATCH, and what the source throws.
 */
export async function readImage(
  source: ImageSource,
  tagOrDigest: string,
  platform: Platform,
  options: CallOptions = {},
): Promise<ReadImage> {
  const whole = `${source.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
  let bytes = await source.getManifest(tagOrDigest, options);
  let document = parseManifest(bytes, whole);
  let index: ReadImage["index"];
  for (let depth = 0; document.kind === "index"; depth++) {
    if (depth >= MAX_INDEX_DEPTH) {
      throw new ImageSpecError("E_REGISTRY", `${whole} nests indexes more than ${MAX_INDEX_DEPTH} deep`, {
        hint: "No build tool makes such an image: choose another.",
      });
    }
    index ??= { document, bytes };
    const child = selectPlatform(document, platform, whole);
    bytes = await source.getManifest(child.digest, options);
    checkChild(child, bytes, whole);
    document = parseManifest(bytes, `${source.name}@${child.digest}`);
  }
  const config = await readConfig(source, document, options);
  const actual = configPlatform(config);
  if (!runnablePlatforms(platform).includes(formatPlatform(actual))) {
    const wanted = formatPlatform(platform);
    throw new ImageSpecError("E_REGISTRY", `${whole} has no image for ${wanted}; it is for ${formatPlatform(actual)}`, {
      hint: `Choose an image for ${wanted}, or set the platform to ${formatPlatform(actual)}.`,
      details: { platform: wanted, platforms: [formatPlatform(actual)] },
    });
  }
  const descriptor = {
    mediaType: bytes.mediaType,
    digest: bytes.digest,
    size: bytes.bytes.length,
    platform: { ...actual },
  };
  return { manifest: document, bytes, config, descriptor, ...(index === undefined ? {} : { index }) };
}

/** Reads and checks the config blob of a manifest. Throws E_REGISTRY, E_DIGEST_MISMATCH. */
export async function readConfig(
  source: ImageSource,
  manifest: ManifestDocument,
  options: CallOptions = {},
): Promise<ImageConfig> {
  const { config: descriptor } = manifest;
  const subject = `The config ${descriptor.digest} of ${source.name}`;
  const read = () => collectBytes(source.getBlob(descriptor, options), MAX_CONFIG_BYTES, subject);
  // One more try: nothing was passed on yet.
  const bytes = await read().catch((error) =>
    isImageSpecError(error, "E_DIGEST_MISMATCH") ? read() : Promise.reject(error),
  );
  const refuse = () =>
    new ImageSpecError("E_REGISTRY", `${subject} is no image config`, { hint: "Choose a container image." });
  let json: ImageConfig;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw refuse();
  }
  if (typeof json?.os !== "string" || typeof json.architecture !== "string") throw refuse();
  const diffIds = json.rootfs?.diff_ids;
  if (!Array.isArray(diffIds) || diffIds.length !== manifest.layers.length) throw refuse();
  return json;
}

/** The platform an image config is for. */
export function configPlatform(config: ImageConfig): Platform {
  const { os, architecture, variant } = config;
  return { os, architecture, ...(typeof variant === "string" && variant !== "" ? { variant } : {}) };
}

/** E_DIGEST_MISMATCH when a manifest is not what the entry that led to it says. */
export function checkChild(child: Descriptor, bytes: ManifestBytes, subject: string): void {
  if (child.digest === bytes.digest && child.size === bytes.bytes.length && child.mediaType === bytes.mediaType) return;
  throw new ImageSpecError(
    "E_DIGEST_MISMATCH",
    `${subject}: its entry ${child.digest} says ${child.size} bytes of ${child.mediaType}, there are ${bytes.bytes.length} of ${bytes.mediaType}`,
    { hint: "The index is broken: push the image again." },
  );
}
