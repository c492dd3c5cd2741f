import { MEDIA_TYPES } from "./descriptor.ts";

/** The media type a manifest gives itself, or has by its content: OCI indexes and manifests need not state it. */
export function ownMediaType(bytes: Uint8Array): string {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as { mediaType?: unknown; manifests?: unknown };
    if (typeof json.mediaType === "string") return json.mediaType;
    return Array.isArray(json.manifests) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
  } catch {
    return MEDIA_TYPES.ociManifest;
  }
}
