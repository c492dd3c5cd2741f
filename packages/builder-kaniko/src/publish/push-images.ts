import type { CallOptions, ImageSink, ImageSource, ManifestBytes } from "@imagespec/registry";
import { buildIndex } from "./build-index.ts";
import { pushManifest } from "./push-manifest.ts";

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
    return (await pushManifest(only.source, only.digest, sink, tagged)).digest;
  }
  const children: { platform: string; manifest: ManifestBytes }[] = [];
  for (const { platform, source, digest } of images) {
    children.push({ platform, manifest: await pushManifest(source, digest, sink, options) });
  }
  const index = buildIndex(children);
  await sink.putManifest(index, tagged);
  return index.digest;
}
