import type { ResolvedTarget } from "./content.ts";
import type { Identity } from "./identify.ts";

/** `registry/name:tag`, or `name:tag` without a registry. Pure. */
export function imageReference({ target }: { target: ResolvedTarget }, { tag }: Identity): string {
  return `${target.registry === undefined ? "" : `${target.registry}/`}${target.name}:${tag}`;
}
