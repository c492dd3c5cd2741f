import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { Platform } from "./descriptor.ts";
import { configPlatform, readConfig } from "./image-config.ts";
import { withPlatforms } from "./image-platforms.ts";
import { type IndexDocument, parseManifest } from "./parse-manifest.ts";
import { formatPlatform, runnablePlatforms } from "./platform.ts";
import { findPlatform, selectPlatform } from "./select-platform.ts";
import type { CallOptions, ImageSource } from "./store.ts";

/**
 * Checks that a machine of the platform `wanted` runs an image for `actual`: the same platform, or an older variant of
 * its architecture, as containerd decides. `subject` names the image.
 *
 * @throws ImageSpecError E_REGISTRY whose details hold both platforms.
 */
export function checkPlatform(actual: Platform, wanted: Platform, subject: string): void {
  if (runnablePlatforms(wanted).includes(formatPlatform(actual))) return;
  const [asked, has] = [formatPlatform(wanted), formatPlatform(actual)];
  throw new ImageSpecError("E_REGISTRY", `${subject} has no image for ${asked}; it is for ${has}`, {
    hint: `Choose an image for ${asked}, or set the platform to ${has}.`,
    details: { platform: asked, platforms: [has] },
  });
}

/**
 * Checks that a tag or digest has an image for each of the platforms, by what its index states, or by its config where
 * there is no index. Of an index whose entries state their platforms nothing else is read.
 *
 * @throws ImageSpecError E_REGISTRY when there is none for a platform (details.platforms lists what there is), and what
 * the source throws.
 */
export async function checkImagePlatforms(
  source: ImageSource,
  tagOrDigest: string,
  platforms: readonly Platform[],
  options: CallOptions = {},
): Promise<void> {
  const whole = wholeName(source, tagOrDigest);
  const document = parseManifest(await source.getManifest(tagOrDigest, options), whole);
  if (document.kind === "manifest") {
    const actual = configPlatform(await readConfig(source, document, options));
    for (const platform of platforms) checkPlatform(actual, platform, whole);
    return;
  }
  for (const platform of platforms) {
    selectPlatform(await statingPlatform(source, document, platform, options), platform, whole);
  }
}

/** The index, with the platforms of entries that state none where no other entry is for `platform`. */
export function statingPlatform(
  source: ImageSource,
  index: IndexDocument,
  platform: Platform,
  options: CallOptions,
): IndexDocument | Promise<IndexDocument> {
  return findPlatform(index, platform) === undefined ? withPlatforms(source, index, options) : index;
}

/** An image as messages name it: `registry/name:tag` or `registry/name@digest`. */
export function wholeName(source: Pick<ImageSource, "name">, tagOrDigest: string): string {
  return `${source.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
}
