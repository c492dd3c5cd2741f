import type { ImageConfig, ProcessEnvironment, RegistryClient } from "@imagespec/registry";
import type { LayerScan } from "../scan/scan-layer.ts";

/** What opening images takes from the process it runs in. */
export interface ImageAccess {
  env: ProcessEnvironment;
  client: RegistryClient;
  /** `linux/amd64`; undefined: this machine's where the image has it. */
  platform: string | undefined;
  signal: AbortSignal;
  /** Layers that were read already, by digest. */
  known: Map<string, Promise<LayerScan>>;
}

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
