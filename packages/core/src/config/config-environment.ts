import { dirname, resolve } from "node:path";
import { type ProcessEnvironment, parseMirrors } from "@imagespec/registry/terms";
import {
  type AddressMirrors,
  isAddress,
  parseAddressMirrors,
  throughAddressMirror,
} from "../mirror/address-mirrors.ts";
import { PYTHON_DOWNLOADS } from "../mirror/python-downloads.ts";
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
    const [addresses, hosts] = partition(mirrors);
    const registries = { ...hosts, ...parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS) };
    const indexes = { ...addresses, ...parseAddressMirrors(env.IMAGESPEC_INDEX_MIRRORS) };
    if (Object.keys(registries).length > 0) variables.IMAGESPEC_REGISTRY_MIRRORS = written(registries);
    if (Object.keys(indexes).length > 0) variables.IMAGESPEC_INDEX_MIRRORS = written(indexes);
    const pythons = throughAddressMirror(PYTHON_DOWNLOADS, addresses);
    if (pythons !== PYTHON_DOWNLOADS && !env.UV_PYTHON_INSTALL_MIRROR) variables.UV_PYTHON_INSTALL_MIRROR = pythons;
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

/** Mirrors of addresses, as `parseAddressMirrors` gives them, and those of registries' hosts. */
function partition(mirrors: Readonly<Record<string, string>>): [AddressMirrors, Record<string, string>] {
  const all = Object.entries(mirrors);
  const addresses = Object.fromEntries(all.filter(([from]) => isAddress(from)));
  return [parseAddressMirrors(written(addresses)), Object.fromEntries(all.filter(([from]) => !isAddress(from)))];
}

function written(mirrors: Readonly<Record<string, string>>): string {
  return Object.entries(mirrors)
    .map(([from, to]) => `${from}=${to}`)
    .join(",");
}
