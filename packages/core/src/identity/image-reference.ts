import type { ResolvedTarget } from "./content.ts";
import type { Identity } from "./identify.ts";

/** `registry/name`, or `name` without a registry. Pure. */
export function imageName({ registry, name }: ResolvedTarget): string {
  return registry === undefined ? name : `${registry}/${name}`;
}

/** `registry/name:tag`, or `name:tag` without a registry. Pure. */
export function imageReference({ target }: { target: ResolvedTarget }, { tag }: Identity): string {
  return `${imageName(target)}:${tag}`;
}
