import { type ErrorCode, runTool, type ToolResult } from "@imagespec/core/builder";
import type { BuildJob } from "./build-job.ts";

/** Runs a docker command of a job that builds nothing; a failure is `errorCode` with command and last lines. */
export function runDocker(
  job: BuildJob,
  args: readonly string[],
  settings: { errorCode?: ErrorCode; allowFailure?: boolean; onLine?: (line: string) => void } = {},
): Promise<ToolResult> {
  return runTool("docker", args, { env: job.env, signal: job.signal, redact: job.secrets, ...settings });
}
