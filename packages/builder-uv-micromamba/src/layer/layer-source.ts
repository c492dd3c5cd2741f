import { type Descriptor, MEDIA_TYPES } from "@imagespec/registry";
import type { Compression } from "./gzip-members.ts";
import type { TarEntry } from "./tar-entry.ts";

/** A layer that can be made: what decides its bytes, and how to make them. */
export interface LayerSource {
  /** Everything that determines the layer's bytes, as plain JSON data; its hash is the key in the layer cache. */
  key: unknown;
  /** Shown in the image's history and in progress events, so it holds no secret. */
  title: string;
  /** How contents are compressed that cannot be copied compressed; by default the fixed deflate. */
  compression?: Compression | undefined;
  /** The entries, in the order they are written. Called only when the cache lacks the layer. */
  entries(signal: AbortSignal): AsyncIterable<TarEntry> | Iterable<TarEntry>;
}

/** A layer as it stands in the cache. */
export interface BuiltLayer {
  source: LayerSource;
  /** Of the compressed bytes. */
  digest: string;
  /** Compressed, in bytes. */
  size: number;
  /** Digest of the tar itself (OCI image-spec, config.md). */
  diffId: string;
}

/** How a manifest names a layer of ours. */
export function layerDescriptor({ digest, size }: Pick<BuiltLayer, "digest" | "size">): Descriptor {
  return { mediaType: MEDIA_TYPES.ociLayerGzip, digest, size };
}
