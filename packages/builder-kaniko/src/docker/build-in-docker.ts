import type { BuildRequest, BuildResult } from "@imagespec/core";
import { kanikoArguments } from "../arguments/kaniko-arguments.ts";
import { type ExecutorOutcome, LAYOUT_PATH } from "../executor/executor-run.ts";
import { timedOut } from "../failure/timed-out.ts";
import { type BuildInputs, buildInputs, openContext } from "../inputs/build-inputs.ts";
import { warnOfSecrets } from "../inputs/warn-of-secrets.ts";
import { ExecutorLog } from "../log/executor-log.ts";
import type { KanikoOptions } from "../options/options.ts";
import { publish } from "../publish/publish.ts";
import { connectEngine, type Engine } from "./connect-engine.ts";
import { ensureExecutorImage } from "./executor-image.ts";
import { loadImage } from "./load-image.ts";
import { runInDocker } from "./run-in-docker.ts";

/** Builds every platform in a container of its own, at the same time, and pushes what came out. */
export async function buildInDocker(request: BuildRequest, options: KanikoOptions): Promise<BuildResult> {
  const inputs = await buildInputs(request, options);
  warnOfSecrets(request);
  const engine = await connectEngine();
  const image = await ensureExecutorImage(engine, { ...request, image: options.image });
  const failed = new AbortController();
  const limit = AbortSignal.timeout(options.timeout * 1000);
  const signal = AbortSignal.any([request.signal, failed.signal, limit]);
  const runs = request.target.platforms.map((platform) =>
    run({ engine, image, request, options, inputs, platform, signal }).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const settled = await Promise.allSettled(runs);
  const outcomes = settled.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  try {
    const firstFault = failed.signal.aborted ? failed.signal.reason : undefined;
    if (firstFault !== undefined)
      throw limit.aborted && !request.signal.aborted ? timedOut(inputs.subject, options) : firstFault;
    return await publish(request, outcomes, options, (archive) => loadImage(engine, archive, request.signal));
  } finally {
    await Promise.all(outcomes.map((outcome) => outcome.dispose().catch(() => undefined)));
  }
}

interface Run {
  engine: Engine;
  image: string;
  request: BuildRequest;
  options: KanikoOptions;
  inputs: BuildInputs;
  platform: string;
  signal: AbortSignal;
}

async function run(run: Run): Promise<ExecutorOutcome & { platform: string }> {
  const { engine, image, request, options, inputs, platform, signal } = run;
  const label = request.target.platforms.length > 1 ? platform : "";
  const args = kanikoArguments(
    request.plan,
    options,
    {
      platform,
      context: "tar://stdin",
      dockerfile: "Dockerfile",
      output: { kind: "layout", path: LAYOUT_PATH },
      buildArguments: Object.keys(inputs.env),
      access: inputs.access,
    },
    inputs.repository,
  );
  // On another network the container would not reach what listens on this machine alone.
  const network = options.network ?? (inputs.local ? "host" : undefined);
  const outcome = await runInDocker(
    engine,
    { image, network, memory: options.memory },
    {
      subject: inputs.subject,
      platform,
      args,
      env: inputs.env,
      secrets: inputs.secrets,
      dockerConfig: inputs.dockerConfig?.json,
      certificates: inputs.certificates,
      openContext: () => openContext(request, signal),
      log: new ExecutorLog((event) => request.emit(event), inputs.redact, label),
      signal,
    },
  );
  return { ...outcome, platform };
}
