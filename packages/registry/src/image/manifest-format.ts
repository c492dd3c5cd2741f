import { MEDIA_TYPES } from "./descriptor.ts";

/** Whose media types an image is written with: OCI's, or docker's schema 2 for registries that refuse OCI's (415). */
export type ManifestFormat = "oci" | "docker";

/** The media types of a format. */
export interface FormatTypes {
  readonly manifest: string;
  readonly index: string;
  readonly config: string;
  /** The format's name for a layer of either format; an unknown type stays as it is. */
  layer(mediaType: string): string;
}

/** The same layer in both formats; the bytes are the same, and a manifest should not mix the two. */
const LAYERS: readonly { oci: string; docker: string }[] = [
  { oci: MEDIA_TYPES.ociLayerGzip, docker: MEDIA_TYPES.dockerLayerGzip },
  { oci: MEDIA_TYPES.ociLayer, docker: "application/vnd.docker.image.rootfs.diff.tar" },
  { oci: MEDIA_TYPES.ociLayerZstd, docker: "application/vnd.docker.image.rootfs.diff.tar.zstd" },
];

/** What to write into the manifests of an image in a format. */
export function formatTypes(format: ManifestFormat = "oci"): FormatTypes {
  const layer = (mediaType: string) =>
    LAYERS.find(({ oci, docker }) => mediaType === oci || mediaType === docker)?.[format] ?? mediaType;
  const { ociManifest, ociIndex, ociConfig, dockerManifest, dockerIndex, dockerConfig } = MEDIA_TYPES;
  return format === "oci"
    ? { manifest: ociManifest, index: ociIndex, config: ociConfig, layer }
    : { manifest: dockerManifest, index: dockerIndex, config: dockerConfig, layer };
}
