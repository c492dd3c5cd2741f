import { resolve as resolvePath } from "node:path";
import { ImageSpecError } from "@imagespec/registry/terms";
import { ShippedList } from "../files/shipped-list.ts";
import type { Content } from "../identity/content.ts";
import { identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import { abortedError } from "../process/aborted-error.ts";
import { type BaseImage, parseBaseImage } from "../spec/base-image.ts";
import { environmentOf } from "../spec/environment-of.ts";
import { isGiven } from "../spec/is-given.ts";
import type { Spec } from "../spec/spec.ts";
import { contentOf } from "./content-of.ts";
import { defaultBaseImage } from "./default-base-image.ts";
import { defaultPlatform, normalPlatforms } from "./platforms.ts";
import type { Inputs, ReadOptions } from "./read-inputs.ts";
import type { ResolvedSpec } from "./resolved-spec.ts";
import { secretMounts } from "./secret-mounts.ts";

/** How a spec is resolved. */
export interface ResolveOptions extends ReadOptions {
  /** In place of the spec's platforms. */
  platforms?: readonly string[] | undefined;
}

/**
 * Looks up everything a spec's image depends on: base, platforms, files with their hashes, requirement and lock files.
 *
 * @throws ImageSpecError E_INPUT_FILE naming all files that are missing or wrong, before any work starts; E_CYCLE
 * for requirement files that include each other; E_SPEC for an invalid platform and for what only the files show;
 * E_FILE_CHANGED; E_ABORTED when cancelled.
 */
export async function resolveSpec(spec: Spec, options: ResolveOptions): Promise<ResolvedSpec> {
  const platforms = normalPlatforms(options.platforms ?? [spec.platform ?? defaultPlatform(spec.registry)]);
  const inputs = namesFiles(spec) ? await inputsOf(spec, { ...options, platforms }) : NO_INPUTS;
  const base = await resolveBase(spec, platforms, options);
  return {
    target: { registry: spec.registry, name: spec.name, tagFormat: spec.tagFormat, platforms },
    content: contentOf(spec, { platforms, base: base.content, inputs }),
    base: base.image,
    baseSpec: baseSpecOf(spec),
    ...secretMounts(spec),
    get files() {
      return inputs.list.files;
    },
    registryConfig: spec.registryConfig && resolvePath(spec.root, spec.registryConfig),
    warnings: inputs.warnings,
  };
}

const NO_INPUTS: Inputs = { list: ShippedList.empty, trees: [], requirements: undefined, warnings: [] };

function namesFiles({ sourceRoot, copy, requirements, pipSecretMounts, registryConfig }: Spec): boolean {
  return [sourceRoot, copy, requirements, pipSecretMounts, registryConfig].some(isGiven);
}

async function inputsOf(spec: Spec, options: ReadOptions & { platforms: readonly string[] }): Promise<Inputs> {
  // Loaded with the first spec that names files.
  const { readInputs } = await import("./read-inputs.ts");
  return readInputs(spec, options).catch((error: unknown) => {
    throw options.signal?.aborted ? abortedError(`Reading the files of '${spec.name}'`, error) : error;
  });
}

/** What is known of the image of a base spec; undefined for noop, which makes no image. */
function baseSpecOf({ baseImage }: Spec): ResolvedSpec["baseSpec"] {
  if (typeof baseImage !== "object" || baseImage.builder === "noop") return undefined;
  return { environment: environmentOf(baseImage)?.manager };
}

async function resolveBase(
  spec: Spec,
  platforms: string[],
  options: ResolveOptions,
): Promise<{ image: BaseImage; content: Content["base"] }> {
  const { baseImage } = spec;
  const named = baseImage ?? defaultBaseImage(spec);
  const image = typeof named === "string" ? named : await computedName(named, platforms, options);
  const parsed = parseBaseImage(image);
  if (parsed.kind === "layout") {
    const { resolveLayout } = await import("./resolve-layout.ts");
    return resolveLayout(spec.root, parsed.path);
  }
  return { image: parsed, content: { image, given: baseImage !== undefined } };
}

/** What a base spec's image is called; a noop base is the image it names. */
async function computedName(base: Spec, platforms: string[], options: ResolveOptions): Promise<string> {
  if (base.builder === "noop" && typeof base.baseImage === "string") return base.baseImage;
  // A base that names no platforms is built for its child's.
  const wanted = options.platforms ?? (base.platform === undefined ? platforms : undefined);
  const resolved = await resolveSpec(base, { ...options, tell: undefined, platforms: wanted, skipSecretFiles: true });
  const missing = platforms.filter((platform) => !resolved.target.platforms.includes(platform));
  if (missing.length > 0) {
    const message = `The base image '${base.name}' is made for ${resolved.target.platforms.join(", ")} and not for ${missing.join(", ")}`;
    const hint = `Add ${missing.join(",")} to the base's platform, or drop platform there.`;
    throw new ImageSpecError("E_SPEC", message, {
      hint,
      faults: [{ path: ["baseImage", "platform"], code: "platform", message, hint }],
    });
  }
  return imageReference(resolved, identify(resolved));
}
