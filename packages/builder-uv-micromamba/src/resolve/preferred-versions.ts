import { stringify } from "smol-toml";
import type { InstalledDistribution } from "../base/installed-distribution.ts";

/**
 * What an environment holds as the pylock.toml that uv is to write anew: it takes versions that stand in one already as
 * preferred, which is what extending an environment means.
 */
export function preferredVersions(installed: readonly InstalledDistribution[]): string {
  const packages = installed.flatMap(({ name, version }) => (version === "" ? [] : [{ name, version }]));
  return stringify({ "lock-version": "1.0", "created-by": "imagespec", packages });
}
