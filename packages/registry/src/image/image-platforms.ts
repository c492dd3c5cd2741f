import type { Descriptor, Platform } from "./descriptor.ts";
import { configPlatform, isImageManifest, readConfig } from "./image-config.ts";
import { checkChild, type IndexDocument, MANIFEST_TYPES, MAX_INDEX_DEPTH, parseManifest } from "./parse-manifest.ts";
import { formatPlatform } from "./platform.ts";
import { isImageEntry } from "./select-platform.ts";
import type { CallOptions, ImageSource, ManifestBytes } from "./store.ts";

/** How many entries without a platform are read in one index; they are rare. */
const MOST_READ = 32;

/** The platforms an image or index is for, in normal form, sorted, once each; attestations left out. */
export async function imagePlatforms(
  source: ImageSource,
  manifest: ManifestBytes,
  options: CallOptions = {},
): Promise<string[]> {
  const found = await platformsIn(source, manifest, 0, options);
  return [...new Set(found)].sort();
}

async function platformsIn(
  source: ImageSource,
  manifest: ManifestBytes,
  depth: number,
  options: CallOptions,
): Promise<string[]> {
  const document = parseManifest(manifest, `${source.name}@${manifest.digest}`);
  if (document.kind === "manifest") {
    if (depth > 0 && !isImageManifest(document)) return [];
    return [formatPlatform(configPlatform(await readConfig(source, document, options)))];
  }
  const images = document.manifests.filter(isImageEntry);
  const stated = images.flatMap(({ platform }) => (platform === undefined ? [] : [formatPlatform(platform)]));
  if (depth >= MAX_INDEX_DEPTH) return stated;
  const unstated = images.filter(({ platform }) => platform === undefined).slice(0, MOST_READ);
  const read = await Promise.all(
    unstated.map(async (entry) => {
      const child = await source.getManifest(entry.digest, options);
      return platformsIn(source, child, depth + 1, options);
    }),
  );
  return [...stated, ...read.flat()];
}

/** The same index with the platform of each image that states none, read from its config. */
export async function withPlatforms(
  source: ImageSource,
  index: IndexDocument,
  options: CallOptions = {},
): Promise<IndexDocument> {
  let left = MOST_READ;
  const manifests = await Promise.all(
    index.manifests.map(async (entry): Promise<Descriptor> => {
      const isUnstated = entry.platform === undefined && isImageEntry(entry) && MANIFEST_TYPES.has(entry.mediaType);
      if (!isUnstated || left-- <= 0) return entry;
      const bytes = await source.getManifest(entry.digest, options);
      checkChild(entry, bytes, source.name);
      const document = parseManifest(bytes, `${source.name}@${entry.digest}`);
      if (document.kind !== "manifest" || !isImageManifest(document)) return entry;
      const platform: Platform = configPlatform(await readConfig(source, document, options));
      return { ...entry, platform: { ...platform } };
    }),
  );
  return { ...index, manifests };
}
