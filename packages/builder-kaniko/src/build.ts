import type { BuildRequest, BuildResult } from "@imagespec/core/builder";
import { checkBase, type Dockerfile } from "@imagespec/dockerfile";
import { containerHost } from "./container/container-host.ts";
import { executorArguments } from "./executor/arguments.ts";
import { type BuildInputs, buildInputs, dockerfileOf, openContext } from "./executor/inputs.ts";
import { localHost } from "./executor/local-executor.ts";
import { ExecutorLog } from "./executor/log.ts";
import { type ExecutorTask, LAYOUT_PATH } from "./executor/task.ts";
import { timedOut, timeLimit } from "./executor/time-limit.ts";
import { buildInKubernetes } from "./kubernetes/build-in-kubernetes.ts";
import type { JobSlots } from "./kubernetes/job-slots.ts";
import { type KanikoOptions, optionsOf } from "./options.ts";
import { publish } from "./publish.ts";

/**
 * Builds an image in the mode of the options.
 *
 * @throws ImageSpecError E_UNSUPPORTED for mode executor outside a container that was made for it, before anything is
 * touched; else the errors of docs/builders/kaniko.md.
 */
export async function build(given: BuildRequest<KanikoOptions>, slots: JobSlots): Promise<BuildResult> {
  const options = optionsOf(given);
  const request = { ...given, options };
  warnOfSecrets(request);
  // The local executor's refusal comes first; the engine is asked last, when all inputs are known to be valid.
  const local = options.mode === "executor" ? localHost() : undefined;
  await checkBase(request, { insecure: options.insecure });
  if (options.mode === "kubernetes") return buildInKubernetes(request, slots);
  const inputs = await buildInputs(request);
  const host = local ?? (await containerHost(request, inputs.local));
  const dockerfile = dockerfileOf(request);

  const failed = new AbortController();
  const limit = timeLimit(options);
  const signal = AbortSignal.any([request.signal, failed.signal, limit]);
  const runs = request.target.platforms.map(async (platform) => {
    try {
      return { platform, outcome: await host.run(taskOf({ request, inputs, dockerfile }, platform, signal)) };
    } catch (error) {
      failed.abort(limit.aborted && !request.signal.aborted ? timedOut(inputs.subject, options) : error);
      throw error;
    }
  });
  // The other platforms clean up after themselves before the first failure is reported.
  const settled = await Promise.allSettled(runs);
  const built = settled.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  const dispose = async () => {
    await Promise.all(built.map(({ outcome }) => outcome.dispose().catch(() => undefined)));
  };
  try {
    failed.signal.throwIfAborted();
    const images = built.map(({ platform, outcome: { source, digest } }) => ({ platform, source, digest }));
    return await publish({ request, images, dispose, load: host.load });
  } finally {
    await dispose();
  }
}

/** What the runs of all platforms share. */
interface SharedParts {
  request: BuildRequest<KanikoOptions>;
  inputs: BuildInputs;
  dockerfile: Dockerfile;
}

function taskOf({ request, inputs, dockerfile }: SharedParts, platform: string, signal: AbortSignal): ExecutorTask {
  return {
    subject: inputs.subject,
    plan: request.plan,
    platform,
    args: executorArguments(request.plan, request.options, {
      platform,
      context: "tar://stdin",
      dockerfile: "Dockerfile",
      output: { kind: "layout", path: LAYOUT_PATH },
      buildArguments: Object.keys(inputs.env),
      access: inputs.access,
      repository: inputs.repository,
    }),
    env: inputs.env,
    secrets: inputs.secrets,
    dockerConfig: inputs.dockerConfig?.json,
    certificates: inputs.certificates,
    openContext: () => openContext(request, dockerfile.text, signal),
    log: new ExecutorLog({
      emit: (event) => request.emit(event),
      redact: inputs.redact,
      platform: request.target.platforms.length > 1 ? platform : undefined,
      instructions: dockerfile.instructions,
    }),
    signal,
  };
}

/** kaniko mounts for a whole build, not for a step: commands can read what was meant for the packages alone. */
function warnOfSecrets(request: BuildRequest): void {
  const secrets = request.plan.steps.packages?.secrets ?? [];
  if (secrets.length === 0 || request.plan.steps.commands === undefined) return;
  request.emit({
    type: "warning",
    message: `Commands can read the secret files of a build with kaniko: ${secrets.map(({ target }) => target).join(", ")}`,
    hint: "Keep commands from copying them, or use the builder docker-buildx.",
  });
}
