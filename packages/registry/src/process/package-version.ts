import { readFileSync } from "node:fs";

/**
 * The version that a package.json states.
 *
 * @example packageVersion(new URL("../package.json", import.meta.url))
 */
export function packageVersion(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
