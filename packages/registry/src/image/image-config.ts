import { collectBytes } from "../digest/collect-bytes.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import { isDigest } from "../reference/reference-grammar.ts";
import { MEDIA_TYPES, type Platform } from "./descriptor.ts";
import { parseJson } from "./parse-json.ts";
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
  const config = parseImageConfig(bytes, manifest.layers.length);
  if (config === undefined)
    throw new ImageSpecError("E_REGISTRY", `${subject} is not an image config`, { hint: "Choose a container image." });
  return config;
}

/** Reads and checks the config of an image of that many layers; undefined when it is not one. Pure. */
export function parseImageConfig(bytes: Uint8Array, layers: number): ImageConfig | undefined {
  let json: ImageConfig;
  try {
    json = parseJson(bytes) as ImageConfig;
  } catch {
    return undefined;
  }
  if (typeof json?.os !== "string" || typeof json.architecture !== "string") return undefined;
  const diffIds = json.rootfs?.diff_ids;
  if (!isTexts(diffIds) || diffIds.length !== layers || !diffIds.every(isDigest)) return undefined;
  if (!isRunConfig(json.config ?? {}) || !Array.isArray(json.history ?? [])) return undefined;
  return json;
}

/** Whether what a container is started by is of the types that config.md says; Go writes null for what is empty. */
function isRunConfig(config: Record<string, unknown>): boolean {
  if (typeof config !== "object") return false;
  const { Env, Entrypoint, Cmd, OnBuild, User, WorkingDir, Labels } = config;
  const labels = Labels ?? {};
  return (
    [Env, Entrypoint, Cmd, OnBuild].every((list) => isTexts(list ?? [])) &&
    [User, WorkingDir].every((text) => typeof (text ?? "") === "string") &&
    typeof labels === "object" &&
    isTexts(Object.values(labels))
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** The platform an image config is for. */
export function configPlatform(config: ImageConfig): Platform {
  const { os, architecture, variant } = config;
  return { os, architecture, variant: typeof variant === "string" && variant !== "" ? variant : undefined };
}
