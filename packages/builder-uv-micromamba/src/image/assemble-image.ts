import { type Descriptor, digestOf, type ManifestBytes, MEDIA_TYPES } from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import type { BuiltLayer } from "../layer/layer-source.ts";

/** One image or an index of several, as bytes that can be written anywhere. */
export interface AssembledImage {
  base: BaseImage;
  layers: BuiltLayer[];
  config: { descriptor: Descriptor; bytes: Uint8Array };
  manifest: ManifestBytes;
  descriptor: Descriptor;
}

const OCI_LAYERS: Record<string, string> = {
  [MEDIA_TYPES.dockerLayerGzip]: MEDIA_TYPES.ociLayerGzip,
  "application/vnd.docker.image.rootfs.diff.tar": MEDIA_TYPES.ociLayer,
  "application/vnd.docker.image.rootfs.diff.tar.zstd": MEDIA_TYPES.ociLayerZstd,
};

/** The manifest of an image (OCI image-spec, manifest.md): the base's layers, then ours. Pure. */
export function assembleImage(base: BaseImage, layers: BuiltLayer[], config: unknown): AssembledImage {
  const configBytes = json(config);
  const configDescriptor = {
    mediaType: MEDIA_TYPES.ociConfig,
    digest: digestOf(configBytes),
    size: configBytes.length,
  };
  const manifest = json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: configDescriptor,
    layers: [
      ...base.layers.map(({ mediaType, digest, size }) => ({
        mediaType: OCI_LAYERS[mediaType] ?? mediaType,
        digest,
        size,
      })),
      ...layers.map(({ digest, size }) => ({ mediaType: MEDIA_TYPES.ociLayerGzip, digest, size })),
    ],
  });
  const bytes = manifestBytes(MEDIA_TYPES.ociManifest, manifest);
  const descriptor = {
    mediaType: bytes.mediaType,
    digest: bytes.digest,
    size: manifest.length,
    platform: { ...base.platform },
  };
  return { base, layers, config: { descriptor: configDescriptor, bytes: configBytes }, manifest: bytes, descriptor };
}

/** What a tag points to: the image itself, or with several platforms their index (OCI image-spec, image-index.md). */
export function topManifest(images: readonly AssembledImage[]): ManifestBytes {
  const [first] = images;
  if (images.length === 1 && first !== undefined) return first.manifest;
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: images.map(({ descriptor }) => descriptor),
  };
  return manifestBytes(MEDIA_TYPES.ociIndex, json(index));
}

function manifestBytes(mediaType: string, bytes: Uint8Array): ManifestBytes {
  return { mediaType, digest: digestOf(bytes), bytes };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
