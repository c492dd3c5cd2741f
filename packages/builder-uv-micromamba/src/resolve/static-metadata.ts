import { stringify } from "smol-toml";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";

/**
 * The uv.toml that tells uv what distributions need, so that it asks no code of theirs. For one that was asked for by
 * address the version has to be there too, whatever it is.
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
