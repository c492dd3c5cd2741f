import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { ImageSpecError } from "@imagespec/registry";
import type Docker from "dockerode";
import type { EngineEndpoint } from "./find-endpoint.ts";

export { engineError } from "./engine-error.ts";

/**
 * dockerode's client for an engine: for building and for running containers. dockerode is an optional peer, loaded by
 * this call. Nothing is sent yet, and no connection outlives its request.
 *
 * @throws ImageSpecError E_TOOL_MISSING, with the command to type, when dockerode is not installed.
 */
export async function dockerode(endpoint: EngineEndpoint): Promise<Docker> {
  const { address, tls } = endpoint;
  const { default: Client } = await import("dockerode").catch((cause: NodeJS.ErrnoException) => {
    // Yarn's loader names the code as require() does.
    const reason = cause.code?.endsWith("MODULE_NOT_FOUND") ? "is not installed" : `cannot be loaded: ${cause.message}`;
    throw new ImageSpecError("E_TOOL_MISSING", `The package dockerode ${reason}`, {
      cause,
      hint: "Install it: `npm install dockerode`.",
    });
  });
  const agent =
    tls === undefined
      ? new Agent()
      : new SecureAgent({ ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: tls.verify });
  const protocol = tls === undefined ? ("http" as const) : ("https" as const);
  // dockerode would take whatever is left out here from DOCKER_HOST and related variables.
  const shared = { agent, protocol, ca: undefined, cert: undefined, key: undefined, timeout: undefined };
  const target =
    address.kind === "socket"
      ? { socketPath: address.path, host: undefined, port: undefined, pathPrefix: undefined }
      : { socketPath: undefined, host: address.hostname, port: address.port, pathPrefix: "/" };
  return new Client({ ...shared, ...target } as Docker.DockerOptions);
}
