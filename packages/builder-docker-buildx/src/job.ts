import {
  type BuildPlan,
  type BuildRequest,
  type ErrorCode,
  openShippedFile,
  runTool,
  type ToolResult,
} from "@imagespec/core/builder";
import { type ContextEntry, contextTar, type Instruction } from "@imagespec/dockerfile";
import type { BuildInputs } from "./inputs.ts";
import type { DockerBuildxOptions } from "./options.ts";

/** One image to build, ready to be handed to docker. */
export interface BuildJob {
  reference: string;
  platforms: readonly string[];
  options: DockerBuildxOptions;
  inputs: BuildInputs;
  plan: BuildPlan;
  /** Of the Dockerfile, in order. */
  instructions: readonly Instruction[];
  entries: readonly ContextEntry[];
  /** Build every step anew: nothing comes from a cache. */
  force: boolean;
  /** Ask registries whether the base and tool images have moved. */
  pull: boolean;
  /** Time of the files in the context, in seconds since 1970. */
  mtime: number;
  /** What docker gets in its environment, the build arguments included. */
  env: Record<string, string | undefined>;
  /** Texts to blot out of everything that is printed. */
  secrets: readonly string[];
  /** A folder of this job's own, mode 0700, removed behind it. */
  scratch: string;
  signal: AbortSignal;
  emit: BuildRequest["emit"];
}

/** The job's context as a tar stream; made anew for each run. */
export function contextOf({ entries, mtime, signal }: BuildJob): AsyncIterable<Uint8Array> {
  return contextTar(entries, { open: openShippedFile, mtime, signal });
}

/** Runs a docker command of a job that builds nothing; a failure is `errorCode` with command and last lines. */
export function runDocker(
  { env, signal, secrets }: BuildJob,
  args: readonly string[],
  settings: { errorCode?: ErrorCode; allowFailure?: boolean; onLine?: (line: string) => void } = {},
): Promise<ToolResult> {
  return runTool("docker", args, { env, signal, redact: secrets, ...settings });
}
