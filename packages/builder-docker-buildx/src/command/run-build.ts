import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import type { DockerClient } from "../docker-client.ts";
import { buildFailure } from "../failure.ts";
import { type BuildJob, contextOf } from "../job.ts";
import { BuildLog } from "../progress/build-log.ts";
import { readPlainProgress } from "../progress/plain-progress.ts";
import { readRawJsonProgress } from "../progress/solve-status.ts";
import { type BuildxCommand, buildxArguments, dockerBuildArguments } from "./arguments.ts";

/**
 * Runs `docker buildx build` to one output.
 *
 * @returns the digest that buildx wrote down, which some drivers give for the config instead of the manifest.
 */
export async function buildWithBuildx(
  job: BuildJob,
  { rawJson, attestations }: Extract<DockerClient, { kind: "buildx" }>,
  output: BuildxCommand["output"],
  contexts: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const metadataFile = join(job.scratch, "metadata.json");
  await run(job, buildxArguments({ ...job, rawJson, attestations, metadataFile, output, contexts }), rawJson);
  const metadata = JSON.parse(await readFile(metadataFile, "utf8").catch(() => "{}")) as Record<string, unknown>;
  const digest = metadata["containerimage.digest"];
  return typeof digest === "string" ? digest : undefined;
}

/** Runs `docker build` with the BuildKit client in docker itself; the image is then in the engine, under its name. */
export async function buildWithDocker(job: BuildJob): Promise<void> {
  await run({ ...job, env: { ...job.env, DOCKER_BUILDKIT: "1" } }, dockerBuildArguments(job), false);
}

async function run(job: BuildJob, args: readonly string[], rawJson: boolean): Promise<void> {
  const log = new BuildLog(job.emit, job.instructions);
  const progress = rawJson ? readRawJsonProgress(log, job.secrets) : readPlainProgress(log);
  const result = await runTool("docker", args, {
    env: job.env,
    input: contextOf(job),
    signal: job.signal,
    redact: job.secrets,
    allowFailure: true,
    onLine: progress.onLine,
    ...(rawJson ? { longestLine: Number.POSITIVE_INFINITY } : {}),
  });
  progress.end();
  if (result.exitCode !== 0) throw buildFailure({ ...job, ...result, log });
}
