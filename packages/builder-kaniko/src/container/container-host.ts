import type { BuildRequest } from "@imagespec/core/builder";
import type { ExecutorHost } from "../executor/task.ts";
import type { KanikoOptions } from "../options.ts";
import { connectEngine } from "./connect-engine.ts";
import { ensureExecutorImage } from "./executor-image.ts";
import { loadImage } from "./load-image.ts";
import { runInContainer } from "./run-in-container.ts";
import { containerLabels, sweepContainers } from "./sweep-containers.ts";

/**
 * The container engine as a place to run executors in, once it holds the executor's image. `local`: something the
 * build needs listens on this machine alone.
 *
 * @throws ImageSpecError E_DAEMON without an engine, E_TOOL_MISSING when the executor's image can be had nowhere.
 */
export async function containerHost(
  request: BuildRequest,
  options: KanikoOptions,
  local: boolean,
): Promise<ExecutorHost> {
  const engine = await connectEngine(request.signal);
  await sweepContainers(engine.docker);
  const image = await ensureExecutorImage(engine, { ...request, image: options.image });
  // On another network the container would not reach what listens on this machine alone.
  const network = options.network ?? (local ? "host" : undefined);
  return {
    run: (task) => {
      const labels = containerLabels(task.subject, options.timeout);
      return runInContainer(engine, { image, network, memory: options.memory, labels }, task);
    },
    load: (archive) => loadImage(engine, archive),
  };
}
