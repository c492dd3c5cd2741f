import { type Descriptor, digestOf, type ManifestBytes, MEDIA_TYPES, parsePlatform } from "@imagespec/registry";

/** An OCI image index over one manifest for each platform, in the order given. */
export function buildIndex(images: readonly { platform: string; manifest: ManifestBytes }[]): ManifestBytes {
  const manifests: Descriptor[] = images.map(({ platform, manifest }) => ({
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    platform: { ...parsePlatform(platform) },
  }));
  const document = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests };
  const bytes = Buffer.from(JSON.stringify(document));
  return { mediaType: MEDIA_TYPES.ociIndex, digest: digestOf(bytes), bytes };
}
