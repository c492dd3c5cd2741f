import { resolve as resolvePath } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import { identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import { type BaseImage, parseBaseImage } from "../spec/base-image.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { contentOf } from "./content-of.ts";
import { defaultBaseImage } from "./default-base-image.ts";
import { defaultPlatform, normalPlatforms } from "./platforms.ts";
import { readInputs } from "./read-inputs.ts";
import { resolveLayout } from "./resolve-layout.ts";
import type { Content, ResolvedSecret, ResolvedSpec } from "./resolved-spec.ts";

export interface ResolveOptions {
  /** For IMAGESPEC_CACHE_DIR, XDG_CACHE_HOME and HOME. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where the stat cache is kept; by default as the environment says. */
  cacheDir?: string;
  /** In place of the spec's platforms. */
  platforms?: readonly string[];
  signal?: AbortSignal;
  /**
   * Leaves out the check that pipSecretMounts and registryConfig are there, since nothing of them is hashed; or of
   * pipSecretMounts alone, for who asks a registry and builds nothing.
   */
  skipSecretFiles?: boolean | "pipSecretMounts";
}

/**
 * Looks up everything a spec's image depends on: base, platforms, files with their hashes, requirement and lock files.
 * Throws E_INPUT_FILE naming all files that are missing or wrong, before any work starts.
 */
export async function resolveSpec(spec: ImageSpec, options: ResolveOptions): Promise<ResolvedSpec> {
  const platforms = normalPlatforms(options.platforms ?? [spec.platform ?? defaultPlatform(spec.registry)]);
  const inputs = await readInputs(spec, options).catch((error: unknown) => {
    if (!options.signal?.aborted) throw error;
    throw new ImageSpecError("E_ABORTED", `reading the files of '${spec.name}' was cancelled`, { cause: error });
  });
  const base = await resolveBase(spec, platforms, options);
  return {
    target: {
      ...(spec.registry !== undefined && { registry: spec.registry }),
      name: spec.name,
      ...(spec.tagFormat !== undefined && { tagFormat: spec.tagFormat }),
      platforms,
    },
    content: contentOf(spec, { platforms, base: base.content, inputs }),
    base: base.image,
    secrets: secretsOf(spec),
    files: inputs.files,
    ...(spec.registryConfig !== undefined && { registryConfig: resolvePath(spec.root, spec.registryConfig) }),
    warnings: inputs.warnings,
  };
}

function secretsOf(spec: ImageSpec): ResolvedSecret[] {
  return (spec.pipSecretMounts ?? []).map(([file, mountPath], index) => ({
    id: `secret_${index}`,
    file: resolvePath(spec.root, file),
    mountPath,
  }));
}

async function resolveBase(
  spec: ImageSpec,
  platforms: string[],
  options: ResolveOptions,
): Promise<{ image: BaseImage; content: Content["base"] }> {
  const { baseImage } = spec;
  const image =
    baseImage === undefined
      ? defaultBaseImage(spec)
      : typeof baseImage === "string"
        ? baseImage
        : await computedName(baseImage, platforms, options);
  const parsed = parseBaseImage(image);
  if (parsed.kind === "layout") return resolveLayout(spec.root, parsed.path);
  return { image: parsed, content: { image, given: baseImage !== undefined } };
}

/** What a base spec's image is called; a noop base is the image it names. */
async function computedName(base: ImageSpec, platforms: string[], options: ResolveOptions): Promise<string> {
  if (base.builder === "noop" && typeof base.baseImage === "string") return base.baseImage;
  // A base that names no platforms is built for its child's.
  const wanted = base.platform === undefined ? { platforms } : {};
  const resolved = await resolveSpec(base, { ...wanted, ...options, skipSecretFiles: true });
  const missing = platforms.filter((platform) => !resolved.target.platforms.includes(platform));
  if (missing.length > 0) {
    const message = `the base image '${base.name}' is made for ${resolved.target.platforms.join(", ")} and not for ${missing.join(", ")}`;
    const hint = `add ${missing.join(",")} to the base's platform, or drop platform there`;
    throw new ImageSpecError("E_SPEC", message, {
      hint,
      faults: [{ path: ["baseImage", "platform"], code: "platform", message, hint }],
    });
  }
  return imageReference(resolved, identify(resolved));
}
