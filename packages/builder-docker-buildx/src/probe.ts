import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { isImageSpecError, type Probe, runTool } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import { type DockerClient, findDockerClient } from "./docker-client.ts";
import type { DockerBuildxOptions } from "./options.ts";

/** Milliseconds for the whole probe: an engine on a busy machine takes seconds to answer. */
const PROBE_TIME_MS = 5000;
const NAMES = { buildx: "buildx", build: "docker build", api: "the engine's API" } as const;

/**
 * Whether docker can build here: the command is there, and its engine, or a builder of its own, answers. `tell` is told
 * of the client as soon as it is known.
 */
export async function probe(
  options: DockerBuildxOptions,
  env: ProcessEnvironment,
  tell: (client: DockerClient) => void,
): Promise<Probe> {
  const signal = AbortSignal.timeout(PROBE_TIME_MS);
  const asked = runTool("docker", ["version", "--format", "{{.Server.Version}}"], { signal, allowFailure: true });
  // Its failure is handled below, after that of the command itself.
  asked.catch(() => undefined);
  try {
    const client = await findDockerClient({ env: {}, signal }, options.builder);
    tell(client);
    // Throws where dockerode is not installed.
    if (client.kind === "api") await dockerode(await engineEndpoint(env));
    const detail = `${NAMES[client.kind]} ${client.version}`;
    if (client.kind === "buildx" && client.driver !== "docker") {
      return { usable: true, detail: `${detail}, driver ${client.driver}` };
    }
    const server = await asked;
    if (server.exitCode === 0) return { usable: true, detail: `${detail}, engine ${server.stdout.trim()}` };
    const said = server.tail.findLast((line) => line.trim() !== "") ?? "it gives no reason";
    const hint = "Start docker, correct DOCKER_HOST, or use a builder that needs no engine (uv-micromamba).";
    return unusable(`the docker engine cannot be used${whereOf(env)}: ${said}`, hint);
  } catch (error) {
    if (!isImageSpecError(error)) throw error;
    if (error.code === "E_ABORTED") {
      const server = await asked.catch(() => undefined);
      if (server?.exitCode === 0) {
        // The engine answered: a builder of buildx's has an address of its own.
        const name = options.builder || env.BUILDX_BUILDER || "in use";
        return unusable(
          `the builder ${name} of docker buildx did not answer within ${PROBE_TIME_MS / 1000} s`,
          "Start it, or choose another of `docker buildx ls` with builderOptions.builder.",
        );
      }
      // The engine may be busy, or nobody may be listening at its address.
      const late = `docker did not answer within ${PROBE_TIME_MS / 1000} s${whereOf(env)}; it may only be busy`;
      return unusable(late, "Try again when the machine is less busy, or correct DOCKER_HOST if nothing is there.");
    }
    return { usable: false, reason: error.message, hint: error.hint ?? "", code: error.code };
  }
}

function whereOf(env: ProcessEnvironment): string {
  return env.DOCKER_HOST ? ` (DOCKER_HOST=${env.DOCKER_HOST})` : "";
}

function unusable(reason: string, hint: string): Probe {
  return { usable: false, reason, hint, code: "E_DAEMON" };
}
