import type { ContentPackages } from "../identity/content.ts";
import type { ListOptions } from "./list-sources.ts";
import type { TreeEntry } from "./walk-tree.ts";

/** The files a spec's `requirements` stands for, under `requirements/`, and what they mean. */
export interface Requirements {
  entries: TreeEntry[];
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
