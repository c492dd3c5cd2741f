import { ContainerEngine } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import type { BuildRequest } from "@imagespec/core/builder";
import type { ExecutorHost } from "../executor/task.ts";
import type { KanikoOptions } from "../options.ts";
import { ensureExecutorImage } from "./executor-image.ts";
import { runInContainer } from "./run-in-container.ts";
import { containerLabels, sweepContainers } from "./sweep-containers.ts";

/**
 * The container engine as a place to run executors in, once it holds the executor's image. `local`: something the
 * build needs listens on this machine alone.
 *
 * @throws ImageSpecError E_DAEMON without an engine, E_TOOL_MISSING when the executor's image cannot be obtained.
 */
export async function containerHost(request: BuildRequest<KanikoOptions>, local: boolean): Promise<ExecutorHost> {
  const { options, signal } = request;
  const engine = await ContainerEngine.connect({ signal });
  const image = await ensureExecutorImage(engine, options.image, request);
  const docker = await dockerode(engine.endpoint);
  await sweepContainers(docker);
  // On another network the container would not reach what listens on this machine alone.
  const network = options.network ?? (local ? "host" : undefined);
  const { host } = engine.endpoint;
  return {
    run: (task) => {
      const labels = containerLabels(task.subject, options.timeout);
      return runInContainer({ docker, host, image, network, memory: options.memory, labels }, task);
    },
    load: (archive) => engine.loadImage(archive),
  };
}
