import type { ShippedFile } from "../files/shipped-file.ts";
import type { Content, ResolvedTarget } from "../identity/content.ts";
import type { BaseImage } from "../spec/base-image.ts";

/** A spec with everything looked up that its image depends on. Made once; nothing downstream reads the disk again. */
export interface ResolvedSpec {
  target: ResolvedTarget;
  /** The exact document that is hashed: what goes into the image, and nothing else. */
  content: Content;
  /** What the image is built on; a layout by its absolute path. */
  base: BaseImage;
  /** Set when the base is a spec whose image this one is built on: the environment that image has. */
  baseSpec?: { environment: "venv" | "conda" | undefined } | undefined;
  /** Where the plan mounts secret files. */
  secrets: SecretMount[];
  /** By id of a secret, the absolute path of its file on this machine; in no plan, tag or layer. */
  secretFiles: Record<string, string>;
  /** What is hashed and shipped, sorted by path, parents before children. */
  files: ShippedFile[];
  /** Absolute path of the docker config.json for this image. */
  registryConfig?: string | undefined;
  /** What was left out or is likely a mistake, for people. */
  warnings: string[];
}

/** A secret as the plan knows it. */
export interface SecretMount {
  /** Key of `BuildRequest.secrets`. */
  id: string;
  /** Absolute path in the image where the file is while Python packages are installed, and at no other time. */
  target: string;
}
