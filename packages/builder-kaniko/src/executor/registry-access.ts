import type { BuildPlan } from "@imagespec/core/builder";
import { imagesOf } from "@imagespec/dockerfile";
import { isLoopback, namesHost, parseReference } from "@imagespec/registry";
import type { KanikoOptions } from "../options.ts";

/** What kaniko must be told of registries: where to fetch, over what, and for whom it needs credentials. */
export interface RegistryAccess {
  /** Every registry host kaniko may talk to, sorted. */
  hosts: string[];
  /** From registry host, as kaniko writes it, to where to fetch instead, in the order to try. */
  maps: Map<string, string[]>;
  /** Spoken to over plain http. */
  plainHttp: string[];
  /** True when a registry is on this machine, so that a container must share its network to reach it. */
  local: boolean;
}

/**
 * Works out the registries of a build. `pushed` is what kaniko itself pushes or pulls besides the plan's images:
 * its destination, its cache, the image of the context.
 */
export function registryAccess(
  plan: BuildPlan,
  options: KanikoOptions,
  mirrors: Record<string, string>,
  pushed: string[] = [],
): RegistryAccess {
  const maps = new Map<string, string[]>();
  const hosts = new Set<string>();
  for (const image of [...imagesOf(plan), ...pushed]) hosts.add(parseReference(image).registry);
  for (const [from, to] of Object.entries({ ...mirrors, ...options.registryMap })) {
    // Own images are written and read where their name says.
    if (!hosts.has(from)) continue;
    maps.set(kanikoHost(from), [to]);
  }
  if (hosts.has("docker.io") && options.registryMirrors.length > 0) {
    const mapped = maps.get(kanikoHost("docker.io")) ?? [];
    maps.set(kanikoHost("docker.io"), [...options.registryMirrors, ...mapped]);
  }
  for (const targets of maps.values()) for (const to of targets) hosts.add(to.replace(/\/.*$/s, ""));
  const all = [...hosts].sort();
  const loopback = all.filter(isLoopback);
  return {
    hosts: all,
    maps,
    plainHttp: [...new Set([...loopback, ...all.filter((host) => namesHost(options.insecure, host))])].sort(),
    local: loopback.length > 0,
  };
}

/** A registry's name in kaniko's own options; docker.io's differs from the one in references. */
export function kanikoHost(host: string): string {
  return host === "docker.io" ? "index.docker.io" : host;
}
