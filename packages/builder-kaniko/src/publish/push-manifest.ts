import {
  type CallOptions,
  type ImageSink,
  type ImageSource,
  type ManifestBytes,
  parseManifest,
} from "@imagespec/registry";

/**
 * Copies one image manifest with all it points to; the manifest goes last, under `tag` when given. Returns it.
 *
 * @throws ImageSpecError E_REGISTRY and its kin of source and sink.
 */
export async function pushManifest(
  source: ImageSource,
  digest: string,
  sink: ImageSink,
  options: CallOptions & { tag?: string } = {},
): Promise<ManifestBytes> {
  const manifest = await source.getManifest(digest, options);
  const document = parseManifest(manifest, `${digest} of ${source.name}`);
  const blobs = document.kind === "manifest" ? [document.config, ...document.layers] : [];
  await Promise.all(blobs.map((blob) => sink.putBlob(blob, () => source.getBlob(blob, options), options)));
  await sink.putManifest(manifest, options);
  return manifest;
}
