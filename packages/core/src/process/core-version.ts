import { packageVersion } from "@imagespec/registry/terms";

/** The version of this package. */
export function coreVersion(): string {
  return packageVersion(new URL("../../package.json", import.meta.url));
}
