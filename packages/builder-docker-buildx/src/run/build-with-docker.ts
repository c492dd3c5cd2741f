import { runTool } from "@imagespec/core/builder";
import { dockerBuildArguments } from "../command/build-command.ts";
import { buildFailure } from "../failure.ts";
import { BuildLog } from "../progress/build-log.ts";
import { readPlainProgress } from "../progress/plain-progress.ts";
import { type BuildJob, contextOf } from "./build-job.ts";

/** Runs `docker build` with the BuildKit client in docker itself; the image is then in the engine, under its name. */
export async function buildWithDocker(job: BuildJob): Promise<void> {
  const log = new BuildLog(job.emit, job.instructions);
  const result = await runTool("docker", dockerBuildArguments(job), {
    env: { ...job.env, DOCKER_BUILDKIT: "1" },
    input: contextOf(job),
    signal: job.signal,
    redact: job.secrets,
    allowFailure: true,
    onLine: readPlainProgress(log),
  });
  if (result.exitCode !== 0) throw buildFailure({ ...job, ...result, log });
}
