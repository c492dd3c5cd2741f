import { stringify } from "smol-toml";
import type { InstalledDistribution } from "../base/installed-distribution.ts";

/**
 * A pylock.toml of what an environment holds already. uv prefers the versions that its output file names before it
 * writes that file anew, so that what is installed stays wherever it satisfies the requirements.
 */
export function preferredVersions(installed: readonly InstalledDistribution[]): string {
  const packages = installed.flatMap(({ name, version }) => (version === "" ? [] : [{ name, version }]));
  return stringify({ "lock-version": "1.0", "created-by": "imagespec", packages });
}
