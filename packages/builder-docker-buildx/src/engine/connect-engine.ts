import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DockerEndpoint, dockerEndpoint } from "@imagespec/core";
import { ImageSpecError } from "@imagespec/core/builder";
import Docker from "dockerode";

/**
 * A connection to the engine that docker's own command would use. Nothing is sent yet.
 *
 * @throws ImageSpecError E_DAEMON when its address is not one that can be used.
 */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Docker> {
  const endpoint = await dockerEndpoint(env);
  const [, socketPath] = /^(?:unix|npipe):\/\/(.+)$/.exec(endpoint.host) ?? [];
  if (socketPath !== undefined) return new Docker({ socketPath });
  const url = URL.canParse(endpoint.host) ? new URL(endpoint.host) : undefined;
  if (url?.protocol === "tcp:" || url?.protocol === "http:" || url?.protocol === "https:") {
    const secure = url.protocol === "https:" || endpoint.certificates !== undefined;
    const port = url.port || (secure ? "2376" : "2375");
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    return new Docker({ host, port, protocol: secure ? "https" : "http", ...(await certificates(endpoint)) });
  }
  throw new ImageSpecError("E_DAEMON", `Docker ${endpoint.host} cannot be spoken to without the buildx plug-in.`, {
    hint: "Install docker's buildx plug-in (package docker-buildx or docker-buildx-plugin).",
  });
}

async function certificates({ certificates: folder }: DockerEndpoint): Promise<Record<string, string>> {
  if (folder === undefined) return {};
  const files = await Promise.all(
    ["ca", "cert", "key"].map(async (name) => [name, await readFile(join(folder, `${name}.pem`), "utf8")] as const),
  );
  return Object.fromEntries(files);
}
