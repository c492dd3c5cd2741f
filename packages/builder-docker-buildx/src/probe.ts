import { isImageSpecError, type Probe, runTool } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import { findDockerClient } from "./docker-client.ts";
import { connectEngine } from "./engine/docker-engine.ts";
import type { DockerBuildxOptions } from "./options.ts";

/** Milliseconds for the whole probe: an engine on a busy machine takes seconds to answer. */
const PROBE_TIME_MS = 5000;
const NAMES = { buildx: "buildx", build: "docker build", api: "the engine's API" } as const;

/** Whether docker can build here: the command is there, and its engine, or a builder of its own, answers. */
export async function probe(options: DockerBuildxOptions, env: ProcessEnvironment): Promise<Probe> {
  const signal = AbortSignal.timeout(PROBE_TIME_MS);
  const asked = runTool("docker", ["version", "--format", "{{.Server.Version}}"], { signal, allowFailure: true });
  // Its failure is handled below, after that of the command itself.
  asked.catch(() => undefined);
  try {
    const client = await findDockerClient({ env: {}, signal }, options.builder);
    // Throws where dockerode is not installed.
    if (client.kind === "api") await connectEngine(env);
    const detail = `${NAMES[client.kind]} ${client.version}`;
    if (client.kind === "buildx" && client.driver !== "docker") {
      return { usable: true, detail: `${detail}, driver ${client.driver}` };
    }
    const server = await asked;
    if (server.exitCode === 0) return { usable: true, detail: `${detail}, engine ${server.stdout.trim()}` };
    return engineDown(server.tail.at(-1) ?? "it does not answer", env);
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) return engineSlow(env);
    if (!isImageSpecError(error)) throw error;
    return { usable: false, reason: error.message, hint: error.hint ?? "", code: error.code };
  }
}

/** A time-out: the engine may be busy, or nobody may be listening at its address. */
function engineSlow(env: ProcessEnvironment): Probe {
  return {
    usable: false,
    reason: `docker did not answer within ${PROBE_TIME_MS / 1000} s${whereOf(env)}; it may only be busy`,
    hint: "Try again when the machine is less busy, or correct DOCKER_HOST if nothing is there.",
    code: "E_DAEMON",
  };
}

function whereOf(env: ProcessEnvironment): string {
  return env.DOCKER_HOST ? ` (DOCKER_HOST=${env.DOCKER_HOST})` : "";
}

function engineDown(reason: string, env: ProcessEnvironment): Probe {
  return {
    usable: false,
    reason: `the docker engine cannot be used${whereOf(env)}: ${reason}`,
    hint: "Start docker, correct DOCKER_HOST, or use a builder that needs no engine (uv-micromamba).",
    code: "E_DAEMON",
  };
}
