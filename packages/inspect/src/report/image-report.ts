import type { Origin } from "../origin/layer-origin.ts";
import type { PackageManager } from "../package/package-owner.ts";

/** A package, and what it takes. */
export interface PackageReport {
  manager: PackageManager;
  name: string;
  version?: string | undefined;
  /** Bytes of its files, uncompressed. */
  size: number;
  /** How many files it has. */
  files: number;
}

/** One layer, from the base upwards. */
export interface LayerReport {
  digest: string;
  /** Bytes as it is stored: compressed in registries. */
  size: number;
  /** Bytes of its files. */
  unpacked: number;
  origin: Origin;
  /** What the image's history says of it; "" where it says nothing. */
  title: string;
  files: number;
  /** Largest first. */
  packages: PackageReport[];
}

/** One file of an image. */
export interface FileReport {
  path: string;
  size: number;
  /** Digest of its layer. */
  layer: string;
  /** `python numpy 2.1.0`, where it belongs to a package. */
  package?: string | undefined;
}

/** Bytes that an image carries for nothing. */
export interface DuplicateReport {
  /** Written again by a higher layer, removed by one, or there under another path with the same content. */
  kind: "rewritten" | "removed" | "copy";
  path: string;
  /** The other path of a copy. */
  of?: string | undefined;
  /** Uncompressed bytes. */
  wasted: number;
  /** Digests of the layers it is in. */
  layers: string[];
}

/** What an image is made of. */
export interface ImageReport {
  /** As it was asked for. */
  reference: string;
  digest: string;
  platform: string;
  /** Bytes of all layers as they are stored. */
  size: number;
  unpacked: number;
  layers: LayerReport[];
  origins: { origin: Origin; layers: number; size: number; unpacked: number }[];
  /** Of the whole image, largest first. */
  packages: PackageReport[];
  /** The fifty largest files. */
  largest: FileReport[];
  /** Uncompressed bytes of all duplicates, and the fifty largest of them. */
  wasted: number;
  duplicates: DuplicateReport[];
}

/** A report, and every file of its image. */
export interface ImageInspection {
  report: ImageReport;
  files: (FileReport & { origin: Origin })[];
}
