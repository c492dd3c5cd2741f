import type { PythonSource } from "../plan/plan.ts";
import type { BaseImage } from "../spec/base-image.ts";
import type { ShippedFile } from "./shipped-file.ts";

/** A spec with everything looked up that its image depends on. Made once; nothing downstream reads the disk again. */
export interface ResolvedSpec {
  target: ResolvedTarget;
  /** The exact document that is hashed: what goes into the image, and nothing else. */
  content: Content;
  /** What the image is built on; a layout by its absolute path. */
  base: BaseImage;
  secrets: ResolvedSecret[];
  /** What is hashed and shipped, sorted by path, parents before children. */
  files: ShippedFile[];
  /** Absolute path of the docker config.json for this image. */
  registryConfig?: string;
  /** What was left out or is likely a mistake, for people. */
  warnings: string[];
}

/** Where the image goes; never hashed, but for the platforms. */
export interface ResolvedTarget {
  registry?: string;
  name: string;
  tagFormat?: string;
  platforms: string[];
}

export interface ResolvedSecret {
  /** Stands in the plan. */
  id: string;
  /** Absolute path on this machine. */
  file: string;
  /** Where it is mounted while Python packages are installed. */
  mountPath: string;
}

/** `[path in the context, type, mode in octal, sha256 or link target]`. */
export type ContentFile = [path: string, type: ShippedFile["type"], mode: string, content: string];

/** The hashed document, without values that are unset. Keys are sorted when it is written. */
export interface Content {
  imagespec: 1;
  recipe: 1;
  id: string;
  platforms: string[];
  /** The base's name, or for an OCI layout the digest of its manifest. */
  base: { image: string; given: boolean } | { layout: string };
  apt?: readonly string[];
  environment?:
    | { manager: "venv"; python: PythonSource }
    | { manager: "conda"; pythonVersion: string; packages: readonly string[]; channels: readonly string[] };
  packages?: ContentPackages;
  env?: Readonly<Record<string, string>>;
  files?: ContentFile[];
  trees?: ("source" | "copy")[];
  commands?: readonly string[];
  entrypoint?: readonly string[];
  tools: { uvImage: string; micromambaImage: string };
  builderOptions?: Readonly<Record<string, unknown>>;
}

export interface ContentPackages {
  /** `requirements` and `lock` are paths in the context. */
  from: "requirements" | "uv-lock" | "poetry-lock";
  packages?: readonly string[];
  requirements?: string;
  lock?: string;
  pyproject?: string;
  index?: string;
  extraIndexes?: readonly string[];
  extraArgs?: readonly string[];
}
