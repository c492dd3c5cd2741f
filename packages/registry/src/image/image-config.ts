import { collectBytes } from "../digest/collect-bytes.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import { isDigest } from "../reference/reference-grammar.ts";
import { mistypedField } from "./config-fields.ts";
import { MEDIA_TYPES, type Platform } from "./descriptor.ts";
import { JsonRefused, parseJson } from "./parse-json.ts";
import type { ManifestDocument } from "./parse-manifest.ts";
import type { CallOptions, ImageSource } from "./store.ts";

/** The parts of an image config that are used here (OCI image-spec, config.md). */
export interface ImageConfig {
  architecture: string;
  os: string;
  variant?: string | undefined;
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

const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/** True for a manifest whose config is an image's, and not that of a signature or another artifact. */
export function isImageManifest({ config }: ManifestDocument): boolean {
  return config.mediaType === MEDIA_TYPES.ociConfig || config.mediaType === MEDIA_TYPES.dockerConfig;
}

/** What engines can unpack: a tar, plain or compressed, also one that only its maker may distribute. */
const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[+.](?:gzip|zstd))?$/;

/**
 * Checks that the layers of an image are of types that engines unpack: none that is encrypted or another file system's.
 *
 * @throws ImageSpecError E_REGISTRY that names layer and type.
 */
export function checkLayerTypes({ layers }: ManifestDocument, subject: string): void {
  const odd = layers.find(({ mediaType }) => !LAYER.test(mediaType));
  if (odd === undefined) return;
  const type = odd.mediaType.slice(0, 200);
  throw new ImageSpecError("E_REGISTRY", `${subject} cannot be used: its layer ${odd.digest} is of the type ${type}`, {
    hint: "Choose an image whose layers are tar archives, plain or compressed with gzip or zstd.",
    details: { digest: odd.digest, mediaType: odd.mediaType },
  });
}

/** Reads and checks the config blob of a manifest. @throws ImageSpecError E_REGISTRY, E_DIGEST_MISMATCH. */
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
  const config = checkedConfig(bytes, manifest.layers.length);
  if (!("fault" in config)) return config.config;
  throw new ImageSpecError("E_REGISTRY", `${subject} is not an image config: ${config.fault}`, {
    hint: "Choose a container image, or have this one made again with a current tool.",
    details: { digest: descriptor.digest, field: config.field },
  });
}

/** Reads and checks the config of an image of that many layers; undefined when it is not one. Pure. */
export function parseImageConfig(bytes: Uint8Array, layers: number): ImageConfig | undefined {
  const read = checkedConfig(bytes, layers);
  return "fault" in read ? undefined : read.config;
}

/** The config, or what is wrong with it, and with which field where only its type is. */
function checkedConfig(
  bytes: Uint8Array,
  layers: number,
): { config: ImageConfig } | { fault: string; field?: string | undefined } {
  let json: ImageConfig;
  try {
    json = parseJson(bytes) as ImageConfig;
  } catch (error) {
    return { fault: error instanceof JsonRefused ? `it ${error.message}` : "it is not JSON" };
  }
  if (typeof json?.os !== "string" || typeof json.architecture !== "string")
    return { fault: "it says no os and architecture" };
  const diffIds = json.rootfs?.diff_ids;
  if (
    !Array.isArray(diffIds) ||
    diffIds.length !== layers ||
    !diffIds.every((id) => typeof id === "string" && isDigest(id))
  )
    return { fault: `its rootfs.diff_ids are not ${layers} digests, one for each layer` };
  const field = mistypedField(json);
  return field === undefined ? { config: json } : { fault: `its ${field} has the wrong type`, field };
}

/** The platform an image config is for. */
export function configPlatform(config: ImageConfig): Platform {
  const { os, architecture, variant } = config;
  return { os, architecture, variant: typeof variant === "string" && variant !== "" ? variant : undefined };
}
