import { ImageSpecError, isImageSpecError, runTool } from "@imagespec/core/builder";

/** How images are built here. */
export type DockerWay =
  /** `docker buildx build`; the driver says what else it can do. */
  | { kind: "buildx"; version: string; rawJson: boolean; attestations: boolean; driver: string }
  /** `docker build` with the BuildKit client that docker up to 22 has in itself. */
  | { kind: "docker-build"; version: string }
  /** docker 23 and newer without the plug-in can't build; its engine still can. */
  | { kind: "engine"; version: string };

export interface DockerCall {
  env: Record<string, string | undefined>;
  signal?: AbortSignal;
}

const RAWJSON_SINCE = [0, 13];
const ATTESTATIONS_SINCE = [0, 10];
const BUILDX_ONLY_SINCE = [23, 0];

/**
 * Finds out what the docker command here can do.
 *
 * @throws ImageSpecError E_TOOL_MISSING when there is no docker command.
 */
export async function findDockerWay(call: DockerCall, builder?: string): Promise<DockerWay> {
  const [client, plugin] = await Promise.all([
    runTool("docker", ["--version"], call).catch((error: unknown) => {
      throw isImageSpecError(error, "E_ABORTED") ? error : missing(error);
    }),
    runTool("docker", ["buildx", "version"], { ...call, allowFailure: true }).catch((error: unknown) => {
      throw isImageSpecError(error, "E_ABORTED") ? error : missing(error);
    }),
  ]);
  const version = /(\d+)\.(\d+)[\w.+~-]*/.exec(client.stdout)?.[0] ?? "0.0";
  if (plugin.exitCode !== 0) {
    return { kind: atLeast(version, BUILDX_ONLY_SINCE) ? "engine" : "docker-build", version };
  }
  const buildx = /v?(\d+)\.(\d+)[\w.+~-]*/.exec(plugin.stdout.replace(/^\S+\s/, ""))?.[0] ?? "0.0";
  const inspected = await runTool("docker", ["buildx", "inspect", ...(builder === undefined ? [] : [builder])], {
    ...call,
    allowFailure: true,
  });
  const driver = /^Driver:\s+(\S+)/m.exec(inspected.stdout)?.[1];
  if (driver === undefined && builder !== undefined) {
    throw new ImageSpecError("E_OPTIONS", `docker buildx has no builder "${builder}": ${inspected.tail.at(-1) ?? ""}`, {
      hint: "Choose one of `docker buildx ls`, or make it with `docker buildx create --name`.",
    });
  }
  return {
    kind: "buildx",
    version: buildx,
    rawJson: atLeast(buildx, RAWJSON_SINCE),
    attestations: atLeast(buildx, ATTESTATIONS_SINCE),
    driver: driver ?? "docker",
  };
}

function atLeast(version: string, [major = 0, minor = 0]: readonly number[]): boolean {
  const [has = 0, hasMinor = 0] = version
    .replace(/^v/, "")
    .split(/[.+~-]/)
    .map(Number);
  return has > major || (has === major && hasMinor >= minor);
}

function missing(cause: unknown): ImageSpecError {
  return new ImageSpecError(
    "E_TOOL_MISSING",
    "The builder docker-buildx needs the docker command, which is not on PATH.",
    {
      hint: "Install docker (Debian: docker.io, docker-buildx), or put its folder on PATH.",
      cause,
    },
  );
}
