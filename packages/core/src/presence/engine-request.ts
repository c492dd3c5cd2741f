import { readFile } from "node:fs/promises";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import type { DockerEndpoint } from "./docker-endpoint.ts";

const IDLE_TIMEOUT = 5000;
const LARGEST_ANSWER = 4 * 1024 * 1024;

/**
 * Asks the container engine's API with GET.
 *
 * @throws ImageSpecError E_DAEMON when it does not answer within 5 s of silence, E_ABORTED when cancelled.
 */
export async function engineRequest(
  endpoint: DockerEndpoint,
  path: string,
  signal?: AbortSignal,
): Promise<{ status: number; body: string }> {
  const { secure, options } = await address(endpoint);
  try {
    return await new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        { ...options, path, timeout: IDLE_TIMEOUT, agent: false, ...(signal === undefined ? {} : { signal }) },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > LARGEST_ANSWER) response.destroy(new Error("its answer is too long"));
            else chunks.push(chunk);
          });
          response.on("error", reject);
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`it was silent for ${IDLE_TIMEOUT / 1000} s`)));
      request.on("error", reject);
      request.end();
    });
  } catch (error) {
    if (signal?.aborted)
      throw new ImageSpecError("E_ABORTED", "Cancelled while asking the container engine.", { cause: error });
    throw new ImageSpecError(
      "E_DAEMON",
      `The container engine at ${endpoint.host} (${endpoint.source}) does not answer: ${(error as Error).message}`,
      { cause: error, hint: "Start docker, or set DOCKER_HOST to where it listens." },
    );
  }
}

async function address(endpoint: DockerEndpoint): Promise<{ secure: boolean; options: RequestOptions & object }> {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(endpoint.host)?.[1];
  if (socket !== undefined) return { secure: false, options: { socketPath: socket, host: "localhost" } };
  const network = /^(tcp|http|https):\/\/(.+)$/.exec(endpoint.host);
  if (network === null) {
    throw new ImageSpecError(
      "E_DAEMON",
      `The engine address ${endpoint.host} (${endpoint.source}) cannot be asked from here.`,
      {
        hint: "Use a unix:// or tcp:// address in DOCKER_HOST; for ssh forward its socket first.",
      },
    );
  }
  const secure = network[1] === "https" || endpoint.certificates !== undefined;
  const url = new URL(`${secure ? "https" : "http"}://${network[2]}`);
  const options = { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || (secure ? 2376 : 2375) };
  if (endpoint.certificates === undefined) return { secure, options };
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) =>
      readFile(join(endpoint.certificates ?? "", name)).catch(() => undefined),
    ),
  );
  return { secure, options: { ...options, ...{ ca, cert, key } } };
}
