import { homedir } from "node:os";
import { join } from "node:path";
import { ImageSpecError, isImageSpecError, runTool, type ToolResult } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";

/** How the docker command of this machine can build. */
export type DockerClient =
  /** `docker buildx build`; the builder's driver says what else it can do. */
  | { kind: "buildx"; version: string; rawJson: boolean; attestations: boolean; driver: string }
  /** `docker build`, by the BuildKit client that docker up to 22 has in itself. */
  | { kind: "build"; version: string }
  /** The engine's API: docker 23 and newer cannot build without the plug-in, its engine can. */
  | { kind: "api"; version: string };

/** How docker is called. */
export interface DockerCall {
  /** Laid over this process's environment. */
  env: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
}

const RAWJSON_SINCE = "0.13";
const ATTESTATIONS_SINCE = "0.10";
const BUILDX_ONLY_SINCE = "23.0";
/** How docker begins what it says of an engine's address that it cannot use. */
const ENDPOINT = /context|unable to resolve docker endpoint|host connection is not valid/;

/**
 * Finds out what the docker command here can do.
 *
 * @throws ImageSpecError E_TOOL_MISSING without a docker command, E_OPTIONS when the builder named in the options or in
 * BUILDX_BUILDER does not exist or {@link SOURCE_POLICY} is set, E_DAEMON when docker's context or the builder cannot
 * be used.
 */
export async function findDockerClient(call: DockerCall, builder?: string): Promise<DockerClient> {
  const ask = (...args: string[]) => runTool("docker", args, { ...call, allowFailure: true });
  const [client, plugin] = await Promise.all([ask("--version"), ask("buildx", "version")]).catch((error: unknown) => {
    throw isImageSpecError(error, "E_TOOL_MISSING") ? missing(error) : error;
  });
  const env: ProcessEnvironment = { ...process.env, ...call.env };
  if (client.exitCode !== 0) throw unusable(client, env);
  const version = /(\d+)\.(\d+)[\w.+~-]*/.exec(client.stdout)?.[0] ?? "0.0";
  // Docker answers --version wherever its engine is, and a plug-in does not.
  if (plugin.exitCode !== 0 && ENDPOINT.test(lastLine(plugin))) throw unusable(plugin, env);
  if (plugin.exitCode !== 0) return { kind: atLeast(version, BUILDX_ONLY_SINCE) ? "api" : "build", version };
  refuseSourcePolicy(env);
  const buildx = /v?(\d+)\.(\d+)[\w.+~-]*/.exec(plugin.stdout.replace(/^\S+\s/, ""))?.[0] ?? "0.0";
  return {
    kind: "buildx",
    version: buildx,
    rawJson: atLeast(buildx, RAWJSON_SINCE),
    attestations: atLeast(buildx, ATTESTATIONS_SINCE),
    driver: await driverOf(await ask("buildx", "inspect", ...(builder === undefined ? [] : [builder])), env, builder),
  };
}

/** Names a file of BuildKit's by which a build takes other images and files than its Dockerfile names. */
const SOURCE_POLICY = "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY";

/** No tag knows of such a file, so that one tag would have two images. */
function refuseSourcePolicy(env: ProcessEnvironment): void {
  if (!env[SOURCE_POLICY]) return;
  const message = `${SOURCE_POLICY} is set, by which docker buildx may take other sources than the tag is made of`;
  throw new ImageSpecError("E_OPTIONS", message, {
    hint: `Unset ${SOURCE_POLICY}, and name mirrors of registries in IMAGESPEC_REGISTRY_MIRRORS.`,
  });
}

/** The driver of the builder that `buildx inspect` told of; the engine's own where no builder was named. */
async function driverOf(inspected: ToolResult, env: ProcessEnvironment, option: string | undefined): Promise<string> {
  const isKnown = /^Driver:/m.test(inspected.stdout);
  const driver = fieldOf(inspected.stdout, "Driver");
  const folder = env.BUILDX_CONFIG || join(env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"), "buildx");
  if (!isKnown && lastLine(inspected).includes(folder)) {
    throw new ImageSpecError("E_OPTIONS", `docker buildx cannot use its folder ${folder}: ${lastLine(inspected)}`, {
      hint: "Make it a folder that can be written, or name another in BUILDX_CONFIG.",
    });
  }
  const [name, source] = option === undefined ? [env.BUILDX_BUILDER, "BUILDX_BUILDER"] : [option, "builder"];
  if (!isKnown && name) {
    throw new ImageSpecError(
      "E_OPTIONS",
      `docker buildx has no builder "${name}" (${source}): ${lastLine(inspected)}`,
      { hint: "Choose one of `docker buildx ls`, or make it with `docker buildx create --name`." },
    );
  }
  // A context without a builder of its own counts as one.
  if (!isKnown && /no builder|context/.test(lastLine(inspected))) throw unusable(inspected, env);
  if (driver !== undefined && driver !== "docker") checkNodes(inspected.stdout, driver);
  return driver ?? "docker";
}

/** Throws E_DAEMON where a build would wait in vain for one of a builder's nodes. */
function checkNodes(inspected: string, driver: string): void {
  const parts = inspected.split(/^(?=Name:)/m);
  const down = parts.flatMap((node) => {
    const status = fieldOf(node, "Status");
    // Building starts a container that is not running; nothing of ours starts a remote builder.
    const silent =
      driver === "remote" && status !== undefined && status !== "running" ? "it does not answer" : undefined;
    const error = fieldOf(node, "Error") ?? silent;
    return error === undefined ? [] : [{ node, error }];
  });
  // A node that is for stated platforms alone is asked for those alone. The first part is about the builder as a whole.
  const isNone = down.length === parts.length - 1;
  const needed = down.find(({ node }) => isNone || fieldOf(node, "Platforms") === undefined);
  if (needed === undefined) return;
  const endpoint = fieldOf(needed.node, "Endpoint") ?? "";
  throw new ImageSpecError("E_DAEMON", `The builder of docker buildx at ${endpoint} cannot be used: ${needed.error}`, {
    hint: "Start it, or choose another of `docker buildx ls` with builderOptions.builder.",
  });
}

/**
 * What stands behind a name in what `buildx inspect` printed; undefined for nothing, as the driver of an engine that is
 * down.
 */
function fieldOf(printed: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]+(\\S.*?)[ \\t]*$`, "m").exec(printed)?.[1];
}

function atLeast(version: string, least: string): boolean {
  return version.replace(/^v/, "").localeCompare(least, "en", { numeric: true }) >= 0;
}

function lastLine({ tail }: ToolResult): string {
  return tail.at(-1) ?? "";
}

function missing(cause: unknown): ImageSpecError {
  return new ImageSpecError("E_TOOL_MISSING", "The docker command, which docker-buildx needs, is not on PATH", {
    hint: "Install docker (Debian: docker.io, docker-buildx), or put its folder on PATH.",
    cause,
  });
}

/** The error for an engine's address that docker cannot use: it names the variables that docker took it from. */
function unusable(result: ToolResult, env: ProcessEnvironment): ImageSpecError {
  const byContext = !env.DOCKER_HOST && Boolean(env.DOCKER_CONTEXT);
  const names = byContext ? ["DOCKER_CONTEXT"] : ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH"];
  const given = names.filter((name) => env[name]);
  const from = given.length === 0 ? "" : ` (${given.map((name) => `${name}=${env[name]}`).join(", ")})`;
  return new ImageSpecError("E_DAEMON", `docker cannot be used${from}: ${lastLine(result)}`, {
    hint:
      byContext || given.length === 0
        ? "Choose one of `docker context ls` in DOCKER_CONTEXT, or unset it."
        : `Correct or unset ${new Intl.ListFormat("en", { type: "conjunction" }).format(given)}.`,
    details: { command: result.command, exitCode: result.exitCode, tail: result.tail },
  });
}
