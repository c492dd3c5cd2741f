import { ImageSpecError, machinePlatform, normalPlatform } from "@imagespec/registry/terms";
import { platformBreach } from "../spec/text-rules.ts";

/** Platforms in normal form, sorted, each once. @throws ImageSpecError E_SPEC for a text that is not a platform. */
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

/** The default platform: linux/amd64, but this machine's own when the registry is on this machine. */
export function defaultPlatform(registry: string | undefined): string {
  const isLocal = registry !== undefined && /^localhost(:|\/|$)/.test(registry);
  return isLocal ? machinePlatform() : "linux/amd64";
}
