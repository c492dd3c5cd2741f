import { ImageSpecError } from "@imagespec/core";
import { parsePlatform, parseReference, readImage } from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import type { BuildContext } from "./build-context.ts";

/** The base of a build for one platform: manifest and config are read, layers are not. */
export async function readBase(context: BuildContext, name: string, platformName: string): Promise<BaseImage> {
  const platform = parsePlatform(platformName);
  const { signal, registry, request } = context;
  if (name.startsWith("oci:"))
    throw new ImageSpecError("E_UNSUPPORTED", `${name}: a base in an OCI layout`, { hint: "push it to a registry" });
  const reference = parseReference(name);
  const source = registry.repository(reference);
  const image = await readImage(source, reference.digest ?? reference.tag ?? "latest", platform, { signal });
  const mirror = request.mirrors[reference.registry];
  return {
    name,
    platform: image.descriptor.platform ?? platform,
    config: image.config,
    layers: image.manifest.layers,
    source,
    mountFrom: mirror === undefined ? reference.name : `${mirror}/${reference.repository}`,
  };
}
