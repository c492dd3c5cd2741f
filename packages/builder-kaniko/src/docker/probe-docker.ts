import { setTimeout as sleep } from "node:timers/promises";
import { isImageSpecError, type Probe } from "@imagespec/core";
import { connectEngine } from "./connect-engine.ts";

const PROBE_TIME = 1500;

/** Whether a container engine answers. */
export async function probeDocker(): Promise<Probe> {
  try {
    const engine = await connectEngine();
    const answer = await Promise.race([
      engine.docker.version().then(({ Version }) => Version),
      sleep(PROBE_TIME, undefined, { ref: false }),
    ]);
    if (answer !== undefined) return { usable: true, detail: `docker ${answer} at ${engine.address}` };
    return unusable(`the engine at ${engine.address} does not answer within ${PROBE_TIME} ms`);
  } catch (error) {
    if (isImageSpecError(error)) return { ...unusable(error.message), hint: error.hint ?? "" };
    return unusable(`no container engine answers: ${(error as Error).message}`);
  }
}

function unusable(reason: string): Probe & { usable: false } {
  const hint =
    'Start docker or set DOCKER_HOST; without an engine, builderOptions { mode: "kubernetes" } uses a cluster.';
  return { usable: false, reason, hint, code: "E_DAEMON" };
}
