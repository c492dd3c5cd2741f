import { ImageSpecError, normalPlatform } from "@imagespec/registry";
import { platformBreach } from "../spec/text-rules.ts";

/** Platforms in normal form, sorted, each once. Throws E_SPEC for one that is none. */
export function normalPlatforms(platforms: Iterable<string>): string[] {
  const result = new Set<string>();
  for (const platform of platforms) {
    const breach = platformBreach(platform);
    if (breach)
      throw new ImageSpecError("E_SPEC", breach.message, { ...breach, faults: [{ path: ["platform"], ...breach }] });
    for (const one of platform.split(",")) result.add(normalPlatform(one.trim()));
  }
  return [...result].sort();
}

/** What is built when nobody says: linux/amd64, but for a registry on this machine what this machine runs. */
export function defaultPlatform(registry: string | undefined, architecture: string = process.arch): string {
  const isLocal = registry !== undefined && /^localhost(:|\/|$)/.test(registry);
  if (!isLocal) return "linux/amd64";
  return normalPlatform(`linux/${architecture === "x64" ? "amd64" : architecture === "arm" ? "arm/v7" : architecture}`);
}
