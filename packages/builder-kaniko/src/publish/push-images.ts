import {
  assembleIndex,
  type CallOptions,
  copyImage,
  type Descriptor,
  type ImageSink,
  type ImageSource,
  parsePlatform,
} from "@imagespec/registry";

/** One platform's image and where it is read from. */
export interface PlatformImage {
  platform: string;
  source: ImageSource;
  digest: string;
}

/**
 * Writes the images to a sink: every blob and manifest first, then the tag: on the one image, or on the index of
 * several. Returns the digest under the tag.
 */
export async function pushImages(
  images: readonly PlatformImage[],
  sink: ImageSink,
  tag: string | undefined,
  options: CallOptions = {},
): Promise<string> {
  const tagged = tag === undefined ? options : { ...options, tag };
  const [only, ...others] = images;
  if (only !== undefined && others.length === 0) {
    return (await copyImage(only.source, only.digest, sink, tagged)).digest;
  }
  const entries: Descriptor[] = [];
  for (const { platform, source, digest } of images) {
    const entry = await copyImage(source, digest, sink, options);
    entries.push({ ...entry, platform: { ...parsePlatform(platform) } });
  }
  const index = assembleIndex(entries);
  await sink.putManifest(index, tagged);
  return index.digest;
}
