import {
  assembleManifest,
  type Descriptor,
  descriptorOf,
  digestOf,
  formatTypes,
  type ImageConfig,
  type ManifestBytes,
  type ManifestFormat,
  MEDIA_TYPES,
  manifestBytes,
} from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import { type BuiltLayer, layerDescriptor } from "../layer/layer-source.ts";

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
  config: ImageConfig,
  format: ManifestFormat,
): AssembledImage {
  const all = [...base.layers, ...layers.map(layerDescriptor)].map((descriptor) => ({ descriptor }));
  const { manifest, config: bytes } = assembleManifest({ config, layers: all }, format);
  const descriptor = { ...descriptorOf(manifest), platform: { ...base.platform } };
  const about = { mediaType: formatTypes(format).config, digest: digestOf(bytes), size: bytes.length };
  return { base, layers, config: { descriptor: about, bytes }, manifest, descriptor };
}

/** What a tag points to: the image itself, or with several platforms their index (OCI image-spec, image-index.md). */
export function topManifest(images: readonly AssembledImage[]): ManifestBytes {
  const [first] = images;
  if (images.length === 1 && first !== undefined) return first.manifest;
  const isDocker = first?.manifest.mediaType === MEDIA_TYPES.dockerManifest;
  const mediaType = formatTypes(isDocker ? "docker" : "oci").index;
  return manifestBytes({ schemaVersion: 2, mediaType, manifests: images.map(({ descriptor }) => descriptor) });
}
