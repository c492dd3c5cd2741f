import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DockerEndpoint, dockerEndpoint } from "@imagespec/core";
import { ImageSpecError } from "@imagespec/core/builder";

/** Gives an archive to the container engine docker's own command would talk to. Throws E_DAEMON naming where it listens. */
export async function loadIntoEngine(archive: string, reference: string, signal: AbortSignal): Promise<void> {
  const endpoint = await dockerEndpoint();
  const { default: Docker } = await import("dockerode");
  const engine = new Docker(await connection(endpoint));
  let answer: NodeJS.ReadableStream;
  try {
    answer = await engine.loadImage(createReadStream(archive, { highWaterMark: 1024 * 1024 }), {
      quiet: true,
      abortSignal: signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new ImageSpecError(
      "E_DAEMON",
      `The container engine at ${endpoint.host} did not load ${reference}: ${(cause as Error).message}`,
      {
        hint: "start the engine or set DOCKER_HOST; without one, use --output oci:DIR or --output docker-archive:FILE",
        cause,
      },
    );
  }
  // The engine answers 200 first and says in the stream what went wrong.
  let said = "";
  for await (const chunk of answer) said += chunk.toString();
  const error = /"error":"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  if (error !== undefined)
    throw new ImageSpecError(
      "E_DAEMON",
      `The container engine at ${endpoint.host} did not load ${reference}: ${error}`,
      {
        hint: "look at the engine's log",
      },
    );
}

type Connection = NonNullable<ConstructorParameters<typeof import("dockerode")>[0]>;

async function connection({ host, certificates }: DockerEndpoint): Promise<Connection> {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) return { socketPath: socket };
  const url = new URL(host);
  if (url.protocol === "ssh:")
    return {
      protocol: "ssh",
      host: url.hostname,
      port: url.port || 22,
      ...(url.username && { username: url.username }),
    };
  const tls =
    certificates === undefined
      ? {}
      : {
          ca: await readFile(join(certificates, "ca.pem")),
          cert: await readFile(join(certificates, "cert.pem")),
          key: await readFile(join(certificates, "key.pem")),
        };
  return {
    protocol: certificates === undefined ? "http" : "https",
    host: url.hostname,
    port: url.port || (certificates === undefined ? 2375 : 2376),
    ...tls,
  };
}
