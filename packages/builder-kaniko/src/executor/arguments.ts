import type { BuildPlan } from "@imagespec/core/builder";
import type { KanikoOptions } from "../options.ts";
import { kanikoHost, type RegistryAccess } from "./registry-access.ts";

/** Where one run of the executor reads and writes. */
export interface ExecutorRun {
  /** `linux/amd64`. */
  platform: string;
  /** `tar://stdin` or `dir:///path`. */
  context: string;
  /** Path of the Dockerfile, in the context or absolute. */
  dockerfile: string;
  output:
    | { kind: "layout"; path: string }
    /** kaniko pushes by itself; its digest is written to a file and read from there, never from its log. */
    | { kind: "push"; destination: string; digestFile: string };
  /** Names of build arguments; their values are environment variables of the executor, so that none is in its argv. */
  buildArguments: readonly string[];
  access: RegistryAccess;
  /** The image's repository, `registry/name`, for the default cache; undefined when it is not pushed. */
  repository: string | undefined;
}

/** The repository that layers of steps are kept in for one platform; undefined without caching. */
export function cacheRepository(
  options: KanikoOptions,
  repository: string | undefined,
  platform: string,
): string | undefined {
  if (!options.cache) return undefined;
  const name = options.cacheRepo ?? (repository === undefined ? undefined : `${repository}-cache`);
  // kaniko's keys do not hold the platform: two platforms in one repository would take each other's layers.
  return name === undefined ? undefined : `${name}-${platform.replaceAll("/", "-")}`;
}

/** The executor's arguments for one platform of a plan; pure. */
export function executorArguments(plan: BuildPlan, options: KanikoOptions, run: ExecutorRun): string[] {
  const args = [
    `--context=${run.context}`,
    `--dockerfile=${run.dockerfile}`,
    `--custom-platform=${run.platform}`,
    "--log-format=json",
    "--verbosity=info",
    `--snapshot-mode=${options.snapshotMode}`,
    `--image-download-retry=${options.retries}`,
    `--image-fs-extract-retry=${options.retries}`,
  ];
  if (run.output.kind === "layout") args.push("--no-push", `--oci-layout-path=${run.output.path}`);
  else {
    args.push(`--destination=${run.output.destination}`, `--digest-file=${run.output.digestFile}`);
    args.push(`--push-retry=${options.retries}`);
  }
  // One layer for all the image's steps, so that what the last one removes is in no layer.
  if (plan.steps.commands !== undefined) args.push("--single-snapshot");
  if (options.reproducible) args.push("--reproducible");
  if (options.compression !== undefined) args.push(`--compression=${options.compression}`);
  const cache = cacheRepository(options, run.repository, run.platform);
  if (cache !== undefined) {
    args.push("--cache=true", `--cache-repo=${cache}`);
    if (options.cacheTtl !== undefined) args.push(`--cache-ttl=${options.cacheTtl}s`);
  } else args.push("--no-push-cache");
  for (const [from, targets] of run.access.maps) {
    for (const to of targets) args.push(`--registry-map=${from}=${to}`);
  }
  for (const host of run.access.plainHttp) args.push(`--insecure-registry=${kanikoHost(host)}`);
  for (const host of options.skipTlsVerify) args.push(`--skip-tls-verify-registry=${kanikoHost(host)}`);
  for (const name of run.buildArguments) args.push(`--build-arg=${name}`);
  return [...args, ...options.extraArgs];
}
