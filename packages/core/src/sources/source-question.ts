import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { ListQuestion } from "../files/known-list.ts";
import { coreVersion } from "../process/core-version.ts";
import { isGiven } from "../spec/is-given.ts";
import type { Spec } from "../spec/spec.ts";
import { type ListOptions, sourceMode } from "./list-sources.ts";
import { specFiles } from "./spec-files.ts";
import { treeName } from "./tree-name.ts";

/**
 * Which list of sources is asked for, and all that it depends on besides the tree and its rules. Undefined where each
 * file is asked about, for the reasons or for what copies lie over, and where the list would be a fault.
 */
export function sourceQuestion(
  spec: Spec,
  { cacheFolder, tell }: Pick<ListQuestion, "cacheFolder"> & Pick<ListOptions, "tell">,
): ListQuestion | undefined {
  const mode = sourceMode(spec);
  if (mode === undefined || tell !== undefined || isGiven(spec.copy)) return undefined;
  const root = resolve(spec.root, spec.sourceRoot as string);
  try {
    const terms = [coreVersion(), process.version, mode, root, realpathSync(root), [...specFiles(spec, root)].sort()];
    return { cacheFolder, tree: treeName(spec), root, prefix: "source", terms: JSON.stringify(terms) };
  } catch {
    return undefined; // Listing it says what is wrong.
  }
}
