import { resolve as resolvePath } from "node:path";
import { identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import { specId } from "../identity/spec-id.ts";
import { isGiven } from "../spec/conflicts.ts";
import { DEFAULT_PYTHON } from "../spec/environment-of.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { DEFAULT_MICROMAMBA_IMAGE, DEFAULT_UV_IMAGE, defaultBaseImage, RECIPE } from "./defaults.ts";
import { contentEnvironment } from "./environment.ts";
import { defaultPlatform, normalPlatforms } from "./platforms.ts";
import type { Content, ContentFile, ResolvedSpec } from "./resolved-spec.ts";
import type { ShippedFile } from "./shipped-file.ts";
import { splitArguments } from "./split-arguments.ts";

export interface ResolveOptions {
  /** For IMAGESPEC_CACHE_DIR, XDG_CACHE_HOME and HOME. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where the stat cache is kept; by default as the environment says. */
  cacheDir?: string;
  /** In place of the spec's platforms. */
  platforms?: readonly string[];
  signal?: AbortSignal;
  /** The computed name of a base spec, when the caller has it already. */
  baseName?: string;
  /** Leaves out the check that pipSecretMounts and registryConfig are there: nothing of them is hashed. */
  skipSecretFiles?: boolean;
}

/**
 * Looks up everything a spec's image depends on: base, platforms, files with their hashes, requirement and lock files.
 * Throws E_INPUT_FILE naming all files that are missing or wrong, before any work starts.
 */
export async function resolveSpec(given: ImageSpec, options: ResolveOptions): Promise<ResolvedSpec> {
  const spec = options.platforms ? given.withPlatform(options.platforms.join(",")) : given;
  const platforms = normalPlatforms([spec.platform ?? defaultPlatform(spec.registry)]);
  const base = await resolveBase(spec, options);
  const files: ShippedFile[] = [];
  const environment = contentEnvironment(spec);
  const content: Content = {
    imagespec: 1,
    recipe: RECIPE,
    id: specId(spec),
    platforms,
    base: base.content,
    ...(isGiven(spec.aptPackages) && { apt: spec.aptPackages as readonly string[] }),
    ...(environment && { environment }),
    ...packages(spec),
    ...(isGiven(spec.env) && { env: spec.env as Record<string, string> }),
    ...(isGiven(spec.commands) && { commands: spec.commands as readonly string[] }),
    ...(spec.entrypoint && { entrypoint: spec.entrypoint }),
    tools: {
      uvImage: spec.builderConfig?.uvImage ?? DEFAULT_UV_IMAGE,
      micromambaImage: spec.builderConfig?.micromambaImage ?? DEFAULT_MICROMAMBA_IMAGE,
    },
    ...(isGiven(spec.builderOptions) && { builderOptions: spec.builderOptions as Record<string, unknown> }),
  };
  if (files.length > 0) content.files = files.map(contentFile);
  return {
    target: {
      ...(spec.registry !== undefined && { registry: spec.registry }),
      name: spec.name,
      ...(spec.tagFormat !== undefined && { tagFormat: spec.tagFormat }),
      platforms,
    },
    content,
    base: base.image,
    secrets: (spec.pipSecretMounts ?? []).map(([file, mountPath], index) => ({
      id: `secret_${index}`,
      file: resolvePath(spec.root, file),
      mountPath,
    })),
    files,
    ...(spec.registryConfig !== undefined && { registryConfig: resolvePath(spec.root, spec.registryConfig) }),
    warnings: [],
  };
}

async function resolveBase(
  spec: ImageSpec,
  options: ResolveOptions,
): Promise<{ image: string; content: Content["base"] }> {
  const { baseImage, cuda, cudnn } = spec;
  if (baseImage === undefined) {
    const image = defaultBaseImage({
      pythonVersion: spec.pythonVersion ?? DEFAULT_PYTHON,
      conda: isGiven(spec.condaPackages) || isGiven(spec.condaChannels),
      ...(cuda !== undefined && { cuda }),
      ...(cudnn !== undefined && { cudnn }),
    });
    return { image, content: { image, given: false } };
  }
  const image =
    typeof baseImage === "string" ? baseImage : (options.baseName ?? (await computedName(baseImage, options)));
  return { image, content: { image, given: true } };
}

/** What a base spec's image is called; a noop base is the image it names. */
async function computedName(base: ImageSpec, options: ResolveOptions): Promise<string> {
  if (base.builder === "noop" && typeof base.baseImage === "string") return base.baseImage;
  const { baseName, ...rest } = options;
  const resolved = await resolveSpec(base, { ...rest, skipSecretFiles: true });
  return imageReference(resolved, identify(resolved));
}

function packages(spec: ImageSpec): Pick<Content, "packages"> {
  if (!isGiven(spec.packages)) return {};
  return {
    packages: {
      from: "requirements",
      packages: spec.packages as readonly string[],
      ...(spec.pipIndex !== undefined && { index: spec.pipIndex }),
      ...(isGiven(spec.pipExtraIndexUrl) && { extraIndexes: spec.pipExtraIndexUrl as readonly string[] }),
      ...(spec.pipExtraArgs !== undefined && { extraArgs: splitArguments(spec.pipExtraArgs, "pipExtraArgs") }),
    },
  };
}

function contentFile(file: ShippedFile): ContentFile {
  const content = file.type === "file" ? file.sha256 : file.type === "symlink" ? file.link : "";
  return [file.path, file.type, file.mode.toString(8), content];
}
