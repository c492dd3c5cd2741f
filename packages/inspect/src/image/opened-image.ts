import type { ImageConfig } from "@imagespec/registry";
import type { LayerScan } from "../scan/scan-layer.ts";

/** One layer of an image, from the base upwards. */
export interface OpenedLayer {
  /** As the manifest names it; of an engine's image the digest of the uncompressed layer. */
  digest: string;
  /** Bytes as it is stored: compressed in registries, mostly not in engines. */
  size: number;
  /** Reads it, once. */
  scan(): Promise<LayerScan>;
}

/** An image whose layers can be read. */
export interface OpenedImage {
  /** As it was asked for. */
  reference: string;
  /** Of the manifest of this platform; of an engine's image its id. */
  digest: string;
  /** `linux/amd64` */
  platform: string;
  config: ImageConfig;
  layers: OpenedLayer[];
}
