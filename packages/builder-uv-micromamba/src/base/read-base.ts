import {
  type BuildPlan,
  baseImageText,
  ImageSpecError,
  isImageSpecError,
  missingNvidiaImage,
} from "@imagespec/core/builder";
import {
  type Mirrors,
  mirrorOf,
  OciLayout,
  parsePlatform,
  parseReference,
  type RegistryClient,
  readImage,
} from "@imagespec/registry";
import type { BaseImage } from "./base-image.ts";

/** The base of a build for one platform: manifest and config are read, layers are not. */
export async function readBase(
  given: BuildPlan["base"],
  platformName: string,
  { registry, mirrors, signal }: { registry: RegistryClient; mirrors: Mirrors; signal: AbortSignal },
): Promise<BaseImage> {
  const platform = parsePlatform(platformName);
  const name = baseImageText(given);
  const { source, from, mountFrom } =
    given.kind === "layout" ? await inLayout(given.path) : inRegistry(name, registry, mirrors);
  const image = await readImage(source, from, platform, { signal }).catch((error: unknown) => {
    throw withTagParts(error, given);
  });
  return {
    name,
    platform: image.descriptor.platform ?? platform,
    config: image.config,
    layers: image.manifest.layers,
    source,
    mountFrom,
  };
}

/** Where a base is read: `from` is a digest or a tag, `mountFrom` the repository a push may mount its layers from. */
interface Place extends Pick<BaseImage, "source" | "mountFrom"> {
  from: string;
}

async function inLayout(path: string): Promise<Place> {
  const source = new OciLayout(path);
  return { source, from: (await source.root()).digest, mountFrom: undefined };
}

function inRegistry(name: string, registry: RegistryClient, mirrors: Mirrors): Place {
  const reference = parseReference(name);
  const mirror = mirrorOf(reference.registry, reference.repository, mirrors);
  return {
    source: registry.repository(reference),
    from: reference.digest ?? reference.tag ?? "latest",
    mountFrom: mirror === undefined ? reference.name : `${mirror.registry}/${mirror.repository}`,
  };
}

/** Says which parts the tag of a missing image of NVIDIA's has, where `cuda` chose it. */
function withTagParts(error: unknown, given: BuildPlan["base"]): unknown {
  const missing = missingNvidiaImage(given);
  if (missing === undefined || !isImageSpecError(error, "E_REGISTRY") || error.details.status !== 404) return error;
  const message = `The base image cannot be read: ${missing.message}`;
  return new ImageSpecError("E_REGISTRY", message, { hint: missing.hint, cause: error, details: error.details });
}
