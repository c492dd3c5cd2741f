import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import { INDEX_TYPES, MANIFEST_TYPES } from "./parse-manifest.ts";
import { formatPlatform, runnablePlatforms } from "./platform.ts";

/**
 * True for what is an image for some platform: no attestation (`vnd.docker.reference.type`), signature or other
 * artifact.
 */
export function isImageEntry(entry: Descriptor): boolean {
  if (entry.annotations?.["vnd.docker.reference.type"] !== undefined) return false;
  if (entry.platform?.os === "unknown" || entry.platform?.architecture === "unknown") return false;
  return MANIFEST_TYPES.has(entry.mediaType) || INDEX_TYPES.has(entry.mediaType);
}

/** The platforms of an index, normal spelling, sorted, once each; attestations left out. */
export function platformsOf(index: { manifests: Descriptor[] }): string[] {
  const found = index.manifests.flatMap((entry) =>
    isImageEntry(entry) && entry.platform !== undefined ? [formatPlatform(entry.platform)] : [],
  );
  return [...new Set(found)].sort();
}

/**
 * The entry of an index for a platform: the same one, else the newest older variant it can run; never another
 * architecture. Undefined when there is none.
 */
export function findPlatform(index: { manifests: Descriptor[] }, platform: Platform): Descriptor | undefined {
  const images = index.manifests.filter((entry) => isImageEntry(entry) && entry.platform !== undefined);
  for (const wanted of runnablePlatforms(platform)) {
    const found = images.find((entry) => entry.platform !== undefined && formatPlatform(entry.platform) === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The same entry, which must be there.
 *
 * @throws ImageSpecError E_REGISTRY that lists the platforms there are.
 */
export function selectPlatform(
  index: { manifests: Descriptor[] },
  platform: Platform,
  subject = "the index",
): Descriptor {
  const found = findPlatform(index, platform);
  if (found !== undefined) return found;
  const available = platformsOf(index);
  const missing = formatPlatform(platform);
  const list = available.join(", ");
  throw new ImageSpecError("E_REGISTRY", `${subject} has no image for ${missing}; it has ${list || "none"}`, {
    hint: list === "" ? "Choose another base image." : `Ask for one of: ${list}.`,
    details: { platform: missing, platforms: available },
  });
}
