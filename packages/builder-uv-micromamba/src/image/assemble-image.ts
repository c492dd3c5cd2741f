import {
  type Descriptor,
  digestOf,
  formatTypes,
  type ManifestBytes,
  type ManifestFormat,
  MEDIA_TYPES,
} from "@imagespec/registry";
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

/** The manifest of an image (OCI image-spec, manifest.md): the base's layers, then ours. Pure. */
export function assembleImage(
  base: BaseImage,
  layers: BuiltLayer[],
  config: unknown,
  format: ManifestFormat,
): AssembledImage {
  const types = formatTypes(format);
  const configBytes = json(config);
  const configDescriptor = {
    mediaType: types.config,
    digest: digestOf(configBytes),
    size: configBytes.length,
  };
  const manifest = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: configDescriptor,
    layers: [
      ...base.layers.map(({ mediaType, digest, size }) => ({
        mediaType: types.layer(mediaType),
        digest,
        size,
      })),
      ...layers.map(({ digest, size }) => ({ mediaType: types.layer(MEDIA_TYPES.ociLayerGzip), digest, size })),
    ],
  });
  const bytes = manifestBytes(types.manifest, manifest);
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
  const isDocker = first?.manifest.mediaType === MEDIA_TYPES.dockerManifest;
  const mediaType = formatTypes(isDocker ? "docker" : "oci").index;
  const index = {
    schemaVersion: 2,
    mediaType,
    manifests: images.map(({ descriptor }) => descriptor),
  };
  return manifestBytes(mediaType, json(index));
}

function manifestBytes(mediaType: string, bytes: Uint8Array): ManifestBytes {
  return { mediaType, digest: digestOf(bytes), bytes };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
