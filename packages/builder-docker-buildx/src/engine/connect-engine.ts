import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import type Docker from "dockerode";

/**
 * A connection to the engine that docker's own command would use. Nothing is sent yet.
 *
 * @throws ImageSpecError E_DAEMON when its address is not one that can be used, E_TOOL_MISSING without dockerode.
 */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Docker> {
  return dockerode(await engineEndpoint(env));
}
