import { isImageSpecError, type Probe, runTool } from "@imagespec/core/builder";
import { connectEngine } from "../engine/connect-engine.ts";
import type { DockerBuildxOptions } from "../options/options.ts";
import { findDockerWay } from "./docker-way.ts";

/** Milliseconds for the whole probe. */
const PROBE_TIME = 1900;

/** Whether docker can build here: the command is there, and its engine, or a builder of its own, answers. */
export async function probeDocker(options: DockerBuildxOptions, env: NodeJS.ProcessEnv): Promise<Probe> {
  const signal = AbortSignal.timeout(PROBE_TIME);
  const asked = runTool("docker", ["version", "--format", "{{.Server.Version}}"], { signal, allowFailure: true });
  // Its failure is looked at further down, after that of the command itself.
  asked.catch(() => undefined);
  try {
    const way = await findDockerWay({ env: {}, signal }, options.builder);
    // Throws where dockerode is not installed.
    if (way.kind === "engine") await connectEngine(env);
    const ownBuilder = way.kind === "buildx" && way.driver !== "docker";
    const name = { buildx: "buildx", "docker-build": "docker build", engine: "the engine's API" }[way.kind];
    const detail = `${name} ${way.version}${way.kind === "buildx" ? `, driver ${way.driver}` : ""}`;
    if (ownBuilder) return { usable: true, detail };
    const server = await asked;
    if (server.exitCode === 0) return { usable: true, detail: `${detail}, engine ${server.stdout.trim()}` };
    return daemonDown(server.tail.at(-1) ?? "the docker engine does not answer", env);
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) return daemonDown(`it does not answer within ${PROBE_TIME} ms`, env);
    if (isImageSpecError(error))
      return { usable: false, reason: error.message, hint: error.hint ?? "", code: error.code };
    throw error;
  }
}

function daemonDown(reason: string, env: NodeJS.ProcessEnv): Probe {
  const where = env.DOCKER_HOST ? ` (DOCKER_HOST=${env.DOCKER_HOST})` : "";
  return {
    usable: false,
    reason: `the docker engine cannot be used${where}: ${reason}`,
    hint: "Start docker, correct DOCKER_HOST, or use a builder that needs no engine (uv-micromamba).",
    code: "E_DAEMON",
  };
}
