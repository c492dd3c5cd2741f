import type { Descriptor } from "./descriptor.ts";
import { configPlatform, isImageManifest, readConfig } from "./image-config.ts";
import { checkChild, type IndexDocument, MAX_INDEX_DEPTH, parseManifest } from "./parse-manifest.ts";
import { formatPlatform, parsePlatform } from "./platform.ts";
import { isImageEntry } from "./select-platform.ts";
import type { CallOptions, ImageSource, ManifestBytes } from "./store.ts";

/** How many entries without a platform are read of one image; they are rare. */
const MOST_READ = 32;

interface Reading {
  source: ImageSource;
  options: CallOptions;
  /** How many entries may still be read. */
  left: number;
}

/** The platforms an image or index is for, in normal form, sorted, once each; attestations left out. */
export async function imagePlatforms(
  source: ImageSource,
  manifest: ManifestBytes,
  options: CallOptions = {},
): Promise<string[]> {
  const found = await platformsIn({ source, options, left: MOST_READ }, manifest, 0);
  return [...new Set(found)].sort();
}

async function platformsIn(reading: Reading, manifest: ManifestBytes, depth: number): Promise<string[]> {
  const { source, options } = reading;
  const document = parseManifest(manifest, `${source.name}@${manifest.digest}`);
  if (document.kind === "manifest") {
    if (depth > 0 && !isImageManifest(document)) return [];
    return [formatPlatform(configPlatform(await readConfig(source, document, options)))];
  }
  const found = await Promise.all(
    document.manifests.filter(isImageEntry).map(async (entry) => {
      if (entry.platform !== undefined) return [formatPlatform(entry.platform)];
      return depth < MAX_INDEX_DEPTH ? platformsOfEntry(reading, entry, depth) : [];
    }),
  );
  return found.flat();
}

/** The platforms of an entry that states none, as what it points to says; none once enough have been read. */
async function platformsOfEntry(reading: Reading, entry: Descriptor, depth: number): Promise<string[]> {
  const { source, options } = reading;
  if (reading.left-- <= 0) return [];
  const child = await source.getManifest(entry.digest, options);
  checkChild(entry, child, source.name);
  return platformsIn(reading, child, depth + 1);
}

/** The same index with the platforms of each image, or index of images, that states none, read from configs. */
export async function withPlatforms(
  source: ImageSource,
  index: IndexDocument,
  options: CallOptions = {},
): Promise<IndexDocument> {
  const reading = { source, options, left: MOST_READ };
  const manifests = await Promise.all(
    index.manifests.map(async (entry): Promise<Descriptor[]> => {
      if (entry.platform !== undefined || !isImageEntry(entry)) return [entry];
      const found = await platformsOfEntry(reading, entry, 0);
      return found.length === 0 ? [entry] : found.map((text) => ({ ...entry, platform: { ...parsePlatform(text) } }));
    }),
  );
  return { ...index, manifests: manifests.flat() };
}
