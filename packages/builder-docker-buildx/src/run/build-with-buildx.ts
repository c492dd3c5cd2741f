import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { type BuildxCommand, buildxArguments } from "../command/build-command.ts";
import type { DockerWay } from "../docker/docker-way.ts";
import { buildFailure } from "../failure.ts";
import { BuildLog } from "../progress/build-log.ts";
import { readPlainProgress } from "../progress/plain-progress.ts";
import { readRawJsonProgress } from "../progress/raw-json-progress.ts";
import { type BuildJob, contextOf } from "./build-job.ts";

/**
 * Runs `docker buildx build` to one output.
 *
 * @returns the digest that buildx wrote down, which some drivers give for the config instead of the manifest.
 */
export async function buildWithBuildx(
  job: BuildJob,
  way: Extract<DockerWay, { kind: "buildx" }>,
  output: BuildxCommand["output"],
  contexts: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const metadataFile = join(job.scratch, "metadata.json");
  const { rawJson, attestations } = way;
  const args = buildxArguments({ ...job, rawJson, attestations, metadataFile, output, contexts });
  const log = new BuildLog(job.emit, job.instructions);
  const progress = rawJson
    ? readRawJsonProgress(log, job.secrets)
    : { onLine: readPlainProgress(log), end: () => undefined };
  const result = await runTool("docker", args, {
    env: job.env,
    input: contextOf(job),
    signal: job.signal,
    redact: job.secrets,
    allowFailure: true,
    onLine: progress.onLine,
  });
  progress.end();
  if (result.exitCode !== 0) throw buildFailure({ ...job, ...result, log });
  const metadata = JSON.parse(await readFile(metadataFile, "utf8").catch(() => "{}")) as Record<string, unknown>;
  const digest = metadata["containerimage.digest"];
  return typeof digest === "string" ? digest : undefined;
}
