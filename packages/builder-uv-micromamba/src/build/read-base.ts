import { baseImageText, type BaseImage as PlanBase } from "@imagespec/core/builder";
import { mirrorOf, OciLayout, parsePlatform, parseReference, readImage } from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import type { BuildContext } from "./build-context.ts";

/** The base of a build for one platform: manifest and config are read, layers are not. */
export async function readBase(context: BuildContext, given: PlanBase, platformName: string): Promise<BaseImage> {
  const platform = parsePlatform(platformName);
  const { signal, registry, request } = context;
  const name = baseImageText(given);
  if (given.kind === "layout") {
    const layout = new OciLayout(given.path);
    const { manifest, config, descriptor } = await readImage(layout, (await layout.root()).digest, platform, {
      signal,
    });
    const own = descriptor.platform ?? platform;
    return { name, platform: own, config, layers: manifest.layers, source: layout, mountFrom: undefined };
  }
  const reference = parseReference(name);
  const source = registry.repository(reference);
  const image = await readImage(source, reference.digest ?? reference.tag ?? "latest", platform, { signal });
  const mirror = mirrorOf(reference.registry, reference.repository, request.mirrors);
  return {
    name,
    platform: image.descriptor.platform ?? platform,
    config: image.config,
    layers: image.manifest.layers,
    source,
    mountFrom: mirror === undefined ? reference.name : `${mirror.registry}/${mirror.repository}`,
  };
}
