import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DockerEndpoint, dockerEndpoint } from "@imagespec/core";
import { ImageSpecError } from "@imagespec/registry";
import Docker from "dockerode";

/** A connection to the engine that the docker command would talk to, and its address for messages. */
export interface Engine {
  docker: Docker;
  address: string;
}

/**
 * Connects to the engine that docker's own command would use. Nothing is sent yet.
 *
 * @throws ImageSpecError E_DAEMON when its address is not one that can be used.
 */
export async function connectEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const endpoint = await dockerEndpoint(env);
  const address = endpoint.host.includes("://") ? endpoint.host : `tcp://${endpoint.host}`;
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(address);
  if (socket?.[1] !== undefined) return { docker: new Docker({ socketPath: socket[1] }), address };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "tcp:" || url?.protocol === "http:" || url?.protocol === "https:") {
    return { docker: new Docker(tcpOptions(url, endpoint)), address };
  }
  if (url?.protocol === "ssh:") {
    const options = { protocol: "ssh" as const, host: url.hostname, port: url.port === "" ? 22 : url.port };
    return { docker: new Docker(url.username === "" ? options : { ...options, username: url.username }), address };
  }
  throw new ImageSpecError("E_DAEMON", `The engine's address ${address} is not one this builder can use.`, {
    hint: "Set DOCKER_HOST to unix:///path, tcp://host:port or ssh://user@host.",
  });
}

function tcpOptions(url: URL, { certificates }: DockerEndpoint): Docker.DockerOptions {
  const secure = url.protocol === "https:" || url.port === "2376" || certificates !== undefined;
  const port = url.port === "" ? (secure ? 2376 : 2375) : url.port;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const options: Docker.DockerOptions = { host, port, protocol: secure ? "https" : "http" };
  if (certificates === undefined) return options;
  for (const name of ["ca", "cert", "key"] as const) {
    const file = join(certificates, `${name}.pem`);
    if (existsSync(file)) options[name] = readFileSync(file, "utf8");
  }
  return options;
}
