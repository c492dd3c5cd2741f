import { say } from "../command.ts";
import { withLock } from "../lock.ts";
import { digestInRegistry, type PushTarget, pushImage } from "../push-image.ts";
import { hostArchitecture } from "../uv.ts";
import { CATALOG, type CatalogEntry, type ImageName } from "./catalog.ts";

/**
 * Puts the catalog's images into a registry unless it has them, and restores a tag that a test has replaced.
 * @returns references by name, at the registry's address
 */
export async function ensureImages<N extends ImageName>(
  target: PushTarget,
  names: readonly N[],
): Promise<Record<N, string>> {
  const references = {} as Record<N, string>;
  for (const name of names) references[name] = await ensureImage(target, CATALOG[name]);
  return references;
}

/** Does for one image what `ensureImages` does for the catalog. */
export async function ensureImage(target: PushTarget, entry: CatalogEntry): Promise<string> {
  const { repository, tag } = entry;
  return withLock(`image-${repository.replaceAll("/", "-")}`, async () => {
    const architectures = [...new Set([hostArchitecture(), ...(entry.more ?? [])])].sort();
    const images = [];
    for (const architecture of architectures) images.push(await entry.make(architecture));
    const before = await digestInRegistry(target, repository, tag);
    const digest = await pushImage(target, repository, tag, images);
    if (before !== digest)
      say(`${target.address}/${repository}:${tag} is ${digest.slice(0, 19)} (${architectures.join(", ")})`);
    return `${target.address}/${repository}:${tag}`;
  });
}
