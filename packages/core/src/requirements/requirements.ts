import type { TreeEntry } from "../files/walk-tree.ts";
import type { ContentPackages } from "../identity/content.ts";
import type { ListOptions } from "../sources/list-sources.ts";

/** What a spec's `requirements` stands for. */
export interface Requirements {
  /** Files that are shipped, under `requirements/`. */
  entries: TreeEntry[];
  /** Packages that a file declares which is not shipped itself, in front of the spec's. */
  packages?: readonly string[] | undefined;
  /** Of a file that declares a conda environment. */
  conda?: { condaPackages: readonly string[]; condaChannels: readonly string[] } | undefined;
  source: Pick<ContentPackages, "from" | "requirements" | "lock" | "pyproject" | "projects" | "index" | "extraIndexes">;
  /** Arguments for uv that options in the files stand for. */
  extraArgs: string[];
  /** Whether pip is among the packages they name. */
  havePip: boolean;
}

/** How requirements are read. */
export interface RequirementsOptions extends ListOptions {
  /** Of the image, normalised. */
  platforms: readonly string[];
}

/** Whether a package is pip itself. */
export function namesPip(text: string): boolean {
  return /^\s*pip(?![\w.-])/i.test(text);
}
