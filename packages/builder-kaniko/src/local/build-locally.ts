import { type BuildRequest, type BuildResult, ImageSpecError } from "@imagespec/core";
import { kanikoArguments } from "../arguments/kaniko-arguments.ts";
import { LAYOUT_PATH } from "../executor/executor-run.ts";
import { timedOut } from "../failure/timed-out.ts";
import { buildInputs, openContext } from "../inputs/build-inputs.ts";
import { ExecutorLog } from "../log/executor-log.ts";
import type { KanikoOptions } from "../options/options.ts";
import { publish } from "../publish/publish.ts";
import { localRefusal, runLocally } from "./run-locally.ts";

/**
 * Builds with the executor of the container this process runs in, whose file system it replaces.
 *
 * @throws ImageSpecError E_UNSUPPORTED outside such a container, before anything is touched.
 */
export async function buildLocally(request: BuildRequest, options: KanikoOptions): Promise<BuildResult> {
  const refusal = localRefusal();
  if (refusal !== undefined) {
    throw new ImageSpecError("E_UNSUPPORTED", `kaniko's mode executor cannot be used here: ${refusal}.`, {
      hint: 'Run in a container of an image that has kaniko, or use builderOptions { mode: "docker" }.',
    });
  }
  const inputs = await buildInputs(request, options);
  const limit = AbortSignal.timeout(options.timeout * 1000);
  const signal = AbortSignal.any([request.signal, limit]);
  const [platform = ""] = request.target.platforms;
  const run = {
    platform,
    context: "tar://stdin",
    dockerfile: "Dockerfile",
    output: { kind: "layout", path: LAYOUT_PATH } as const,
    buildArguments: Object.keys(inputs.env),
    access: inputs.access,
  };
  const outcome = await runLocally({
    subject: inputs.subject,
    platform,
    args: kanikoArguments(request.plan, options, run, inputs.repository),
    env: inputs.env,
    secrets: [],
    dockerConfig: inputs.dockerConfig?.json,
    certificates: inputs.certificates,
    openContext: () => openContext(request, signal),
    log: new ExecutorLog((event) => request.emit(event), inputs.redact, ""),
    signal,
  }).catch((error: unknown) => {
    throw limit.aborted && !request.signal.aborted ? timedOut(inputs.subject, options) : error;
  });
  try {
    return await publish(request, [{ ...outcome, platform }], options);
  } finally {
    await outcome.dispose();
  }
}
