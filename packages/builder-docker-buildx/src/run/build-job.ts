import type { BuildPlan, BuildRequest } from "@imagespec/core/builder";
import { openShippedFile } from "@imagespec/core/builder";
import { type ContextEntry, contextTar, type Instruction } from "@imagespec/dockerfile";
import type { BuildInputs } from "../inputs/build-inputs.ts";
import type { DockerBuildxOptions } from "../options/options.ts";

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
export function contextOf(job: BuildJob): AsyncIterable<Uint8Array> {
  return contextTar(job.entries, { open: openShippedFile, mtime: job.mtime, signal: job.signal });
}
