import type { BuildPlan } from "@imagespec/core/builder";
import {
  insecureRegistries,
  isLoopback,
  namesHost,
  type ProcessEnvironment,
  parseReference,
  throughMirror,
} from "@imagespec/registry";

/** The registries that the build of a Dockerfile speaks to. */
export interface BuildRegistries {
  /** Hosts as they stand in references, sorted: to ask credentials for. */
  hosts: string[];
  /** Those of them that are spoken to without TLS, or whatever their certificate. */
  insecure: string[];
}

/**
 * The images that the build of a plan's Dockerfile fetches, by their own names: the base, unless it is an OCI layout,
 * and those that uv and micromamba are taken from. Each once. Pure.
 */
export function imagesOf({ base, steps: { environment, commands } }: BuildPlan): string[] {
  const images = [
    base.kind === "reference" ? base.reference : undefined,
    environment?.uvImage ?? commands?.uvImage,
    environment?.manager === "conda" ? environment.micromambaImage : undefined,
  ];
  return [...new Set(images.filter((image) => image !== undefined))];
}

/**
 * The registries of a build: those of {@link imagesOf} behind their mirrors, and that of `pushed`, the reference an
 * image is pushed to. Without TLS are loopback addresses and what `env.IMAGESPEC_INSECURE_REGISTRIES` lists. Pure.
 */
export function buildRegistries(
  plan: BuildPlan,
  options: {
    pushed?: string | undefined;
    mirrors?: Readonly<Record<string, string>> | undefined;
    env: ProcessEnvironment;
  },
): BuildRegistries {
  const { pushed, mirrors = {}, env } = options;
  const images = imagesOf(plan).map((image) => throughMirror(image, mirrors));
  if (pushed !== undefined) images.push(pushed);
  const hosts = [...new Set(images.map((image) => parseReference(image).registry))].sort();
  const listed = insecureRegistries(env.IMAGESPEC_INSECURE_REGISTRIES);
  return { hosts, insecure: hosts.filter((host) => isLoopback(host) || namesHost(listed, host)) };
}
