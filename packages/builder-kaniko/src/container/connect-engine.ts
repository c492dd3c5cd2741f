import { ContainerEngine, type EngineEndpoint, engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import type Docker from "dockerode";

/** The engine that the docker command would talk to: where containers are run, images asked for, pulled and loaded. */
export interface Engine {
  docker: Docker;
  endpoint: EngineEndpoint;
  /** Its calls end with E_ABORTED when the build is cancelled. */
  images: ContainerEngine;
}

/**
 * Connects to the engine that docker's own command would use. Nothing is sent yet.
 *
 * @throws ImageSpecError E_DAEMON when its address is not one that can be used, E_TOOL_MISSING without dockerode.
 */
export async function connectEngine(signal: AbortSignal): Promise<Engine> {
  const endpoint = await engineEndpoint();
  const [docker, images] = await Promise.all([dockerode(endpoint), ContainerEngine.connect({ endpoint, signal })]);
  return { docker, endpoint, images };
}
