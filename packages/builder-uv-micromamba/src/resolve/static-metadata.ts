import { stringify } from "smol-toml";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";

/**
 * The uv.toml that tells uv what distributions require, so that it need not run their code to learn it. uv wants a
 * version in it even for a distribution that is asked for by address, where any will do.
 */
export function metadataSettings(known: readonly StaticMetadata[]): string {
  return stringify({
    "dependency-metadata": known.map(({ name, version, requires, requiresPython, extras }) => ({
      name,
      version,
      "requires-dist": requires,
      ...(requiresPython !== undefined && { "requires-python": requiresPython }),
      ...(extras.length > 0 && { "provides-extra": extras }),
    })),
  });
}
