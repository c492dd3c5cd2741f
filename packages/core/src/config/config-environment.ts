import { dirname, resolve } from "node:path";
import { parseMirrors } from "@imagespec/registry/terms";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import type { ImageSpecConfig } from "./config-schema.ts";

/**
 * The variables that say what a config says of mirrors, insecure registries and the cache: builders, and the tools that
 * they start, look there. What the environment says itself comes first. Pure.
 */
export function configEnvironment(
  config: ImageSpecConfig,
  file: string,
  env: ProcessEnvironment,
): Record<string, string> {
  const variables: Record<string, string> = {};
  const { mirrors, insecureRegistries, cacheFolder } = config;
  if (mirrors !== undefined) {
    const all = { ...mirrors, ...parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS) };
    variables.IMAGESPEC_REGISTRY_MIRRORS = Object.entries(all)
      .map(([host, mirror]) => `${host}=${mirror}`)
      .join(",");
  }
  if (insecureRegistries !== undefined) {
    const all = [env.IMAGESPEC_INSECURE_REGISTRIES, ...insecureRegistries];
    variables.IMAGESPEC_INSECURE_REGISTRIES = all.filter(Boolean).join(",");
  }
  if (cacheFolder !== undefined && !env.IMAGESPEC_CACHE_DIR) {
    variables.IMAGESPEC_CACHE_DIR = resolve(dirname(file), cacheFolder);
  }
  return variables;
}
