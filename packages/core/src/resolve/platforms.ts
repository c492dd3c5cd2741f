import { ImageSpecError } from "@imagespec/registry";
import { platformBreach } from "../spec/text-rules.ts";

// How containerd writes what people write: https://github.com/containerd/platforms
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  armhf: "arm/v7",
  armel: "arm/v6",
  i386: "386",
};

/** One platform in its normal form: lower case, `aarch64` as `arm64`, without a variant that is the default. */
export function normalPlatform(platform: string): string {
  const [os = "", architecture = "", variant] = platform.trim().toLowerCase().split("/");
  const [arch = "", implied] = (ARCHITECTURES[architecture] ?? architecture).split("/");
  const wanted = variant ?? implied ?? (arch === "arm" ? "v7" : undefined);
  const isDefault = (arch === "arm64" && (wanted === "v8" || wanted === "8")) || (arch === "amd64" && wanted === "v1");
  return [os, arch, ...(wanted === undefined || isDefault ? [] : [/^\d/.test(wanted) ? `v${wanted}` : wanted])].join(
    "/",
  );
}

/** Platforms in normal form, sorted, each once. Throws E_SPEC for one that is none. */
export function normalPlatforms(platforms: Iterable<string>): string[] {
  const result = new Set<string>();
  for (const platform of platforms) {
    const breach = platformBreach(platform);
    if (breach)
      throw new ImageSpecError("E_SPEC", breach.message, { ...breach, faults: [{ path: ["platform"], ...breach }] });
    for (const one of platform.split(",")) result.add(normalPlatform(one));
  }
  return [...result].sort();
}

/** What is built when nobody says: linux/amd64, but for a registry on this machine what this machine runs. */
export function defaultPlatform(registry: string | undefined, architecture: string = process.arch): string {
  const isLocal = registry !== undefined && /^localhost(:|\/|$)/.test(registry);
  if (!isLocal) return "linux/amd64";
  return normalPlatform(`linux/${architecture === "x64" ? "amd64" : architecture === "arm" ? "arm/v7" : architecture}`);
}
