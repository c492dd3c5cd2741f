import type { ResolvedSpec } from "../resolve/resolved-spec.ts";
import type { Identity } from "./identify.ts";

/** `registry/name:tag`, or `name:tag` without a registry. Pure. */
export function imageReference(resolved: ResolvedSpec, identity: Identity): string {
  const { registry, name } = resolved.target;
  return `${registry === undefined ? "" : `${registry}/`}${name}:${identity.tag}`;
}
