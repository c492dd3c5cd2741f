import type { Descriptor } from "./descriptor.ts";
import { manifestBytes } from "./manifest-bytes.ts";
import { formatTypes, type ManifestFormat } from "./manifest-format.ts";
import { formatPlatform } from "./platform.ts";
import { isImageEntry } from "./select-platform.ts";
import type { ManifestBytes } from "./store.ts";

/**
 * Makes an index of image entries, in the order of their platforms. Entries of `existing` stay when no new one is for
 * their platform; so do attestations of what stays. The same entries give the same bytes.
 */
export function assembleIndex(
  entries: readonly Descriptor[],
  existing: readonly Descriptor[] = [],
  format?: ManifestFormat,
): ManifestBytes {
  const { index: mediaType } = formatTypes(format);
  const newPlatforms = new Set(entries.map(platformKey));
  const kept = existing.filter((entry) => isImageEntry(entry) && !newPlatforms.has(platformKey(entry)));
  const images = [...entries, ...kept].sort((a, b) => compare(platformKey(a), platformKey(b)));
  const digests = new Set(images.map(({ digest }) => digest));
  const attestations = existing.filter(
    (entry) => !isImageEntry(entry) && digests.has(entry.annotations?.["vnd.docker.reference.digest"] ?? ""),
  );
  return manifestBytes({ schemaVersion: 2, mediaType, manifests: [...images, ...attestations].map(plainDescriptor) });
}

function platformKey(entry: Descriptor): string {
  return entry.platform === undefined ? entry.digest : formatPlatform(entry.platform);
}

function compare(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** Only the fields of the specification, in its order. */
function plainDescriptor({ mediaType, digest, size, platform, annotations, artifactType }: Descriptor): Descriptor {
  return { mediaType, digest, size, platform, annotations, artifactType };
}
