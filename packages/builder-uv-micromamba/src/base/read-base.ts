import { type BuildPlan, baseImageText } from "@imagespec/core/builder";
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
  if (given.kind === "layout") {
    const source = new OciLayout(given.path);
    const image = await readImage(source, (await source.root()).digest, platform, { signal });
    return {
      name,
      platform: image.descriptor.platform ?? platform,
      config: image.config,
      layers: image.manifest.layers,
      source,
      mountFrom: undefined,
    };
  }
  const reference = parseReference(name);
  const source = registry.repository(reference);
  const image = await readImage(source, reference.digest ?? reference.tag ?? "latest", platform, { signal });
  const mirror = mirrorOf(reference.registry, reference.repository, mirrors);
  return {
    name,
    platform: image.descriptor.platform ?? platform,
    config: image.config,
    layers: image.manifest.layers,
    source,
    mountFrom: mirror === undefined ? reference.name : `${mirror.registry}/${mirror.repository}`,
  };
}
