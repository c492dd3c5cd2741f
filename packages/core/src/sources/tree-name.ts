import type { Spec } from "../spec/spec.ts";

/** A name for each set of files, so that what is kept of specs of one folder does not take each other's place. */
export function treeName({ root, sourceRoot, sourceCopyMode, copy, requirements, uvProject }: Spec): string {
  return JSON.stringify([root, sourceRoot, sourceCopyMode, copy, requirements, uvProject]);
}
