import type { Content, ResolvedTarget } from "../identity/content.ts";
import type { BaseImage } from "../spec/base-image.ts";
import type { ShippedFile } from "./shipped-file.ts";

/** A spec with everything looked up that its image depends on. Made once; nothing downstream reads the disk again. */
export interface ResolvedSpec {
  target: ResolvedTarget;
  /** The exact document that is hashed: what goes into the image, and nothing else. */
  content: Content;
  /** What the image is built on; a layout by its absolute path. */
  base: BaseImage;
  /** There when the base is a spec whose image this one is built on: the environment that image has. */
  baseSpec?: { environment: "venv" | "conda" | undefined } | undefined;
  secrets: ResolvedSecret[];
  /** What is hashed and shipped, sorted by path, parents before children. */
  files: ShippedFile[];
  /** Absolute path of the docker config.json for this image. */
  registryConfig?: string | undefined;
  /** What was left out or is likely a mistake, for people. */
  warnings: string[];
}

/** A secret file, and where the plan mounts it. */
export interface ResolvedSecret {
  /** Stands in the plan. */
  id: string;
  /** Absolute path on this machine. */
  file: string;
  /** Where it is mounted while Python packages are installed. */
  mountPath: string;
}
