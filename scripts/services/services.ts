import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ensurePackages } from "./apt.ts";
import { cacheFolder } from "./cache-folder.ts";
import { findProgram } from "./command.ts";
import { ensureCrane } from "./crane.ts";
import { dockerClient, ensureDocker } from "./docker-engine.ts";
import { CATALOG, type ImageName } from "./images/catalog.ts";
import { ensureImages } from "./images/ensure-images.ts";
import { ensureRegistry } from "./registry.ts";
import { ensureUv, hostArchitecture } from "./uv.ts";

/** What every end-to-end test can count on. */
export interface Services {
  /** Anonymous registry over plain http: `localhost:5000`. */
  registry: string;
  /** Value for DOCKER_HOST. */
  dockerHost: string;
  /**
   * Folder with docker, crane, skopeo, umoci and uv, as far as available; `serviceEnvironment` puts it first on PATH.
   */
  tools: string;
  /** `linux/amd64` or `linux/arm64`. */
  platform: string;
  /** References of the base images, at the registry's address. */
  images: Record<ImageName, string>;
}

/** Starts or installs the registry, engine, base images and tools that are missing; quick when none is. */
export async function ensureServices(): Promise<Services> {
  const registry = await ensureRegistry();
  const names = Object.keys(CATALOG) as ImageName[];
  const [dockerHost, images, tools] = await Promise.all([
    ensureDocker(registry),
    ensureImages({ address: registry }, names),
    ensureTools(),
  ]);
  return { registry, dockerHost, tools, platform: `linux/${hostArchitecture()}`, images };
}

/** The environment in which the CLI, builders and tools find the services. */
export function serviceEnvironment(
  services: Pick<Services, "registry" | "dockerHost" | "tools">,
): Record<string, string> {
  const { registry, dockerHost, tools } = services;
  return {
    PATH: [tools, ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== tools)].join(delimiter),
    DOCKER_HOST: dockerHost,
    IMAGESPEC_REGISTRY_MIRRORS: registryMirrors(registry),
  };
}

/** Value of IMAGESPEC_REGISTRY_MIRRORS with which the local registry stands in for the public ones. */
export function registryMirrors(registry: string): string {
  return ["docker.io", "ghcr.io"].map((name) => `${name}=${registry}`).join(",");
}

async function ensureTools(): Promise<string> {
  await ensurePackages({ skopeo: "skopeo", umoci: "umoci", crun: "crun" });
  const uv = join(await ensureUv(), "uv");
  const crane = join(await ensureCrane(), "crane");
  const programs = { docker: dockerClient(), crane, uv, skopeo: findProgram("skopeo"), umoci: findProgram("umoci") };
  const folder = cacheFolder("bin");
  await mkdir(folder, { recursive: true });
  for (const [name, program] of Object.entries(programs)) {
    const link = join(folder, name);
    if (program === undefined || program === link) continue;
    await symlink(program, `${link}.${process.pid}`);
    await rename(`${link}.${process.pid}`, link);
  }
  if (dockerClient() === undefined && existsSync(join(folder, "docker"))) await rm(join(folder, "docker"));
  return folder;
}
