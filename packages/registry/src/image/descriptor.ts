/** A platform as the OCI image index writes it (image-spec, image-index.md). */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string | undefined;
}

/** A pointer to content by digest (OCI image-spec, descriptor.md). `size` in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: (Platform & Record<string, unknown>) | undefined;
  annotations?: Record<string, string> | undefined;
  artifactType?: string | undefined;
}

/** Media types of manifests, indexes, configurations and layers, of OCI and of Docker. */
export const MEDIA_TYPES = {
  ociIndex: "application/vnd.oci.image.index.v1+json",
  ociManifest: "application/vnd.oci.image.manifest.v1+json",
  ociEmpty: "application/vnd.oci.empty.v1+json",
  ociConfig: "application/vnd.oci.image.config.v1+json",
  ociLayerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  ociLayerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  ociLayer: "application/vnd.oci.image.layer.v1.tar",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;
