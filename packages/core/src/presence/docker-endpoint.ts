import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/registry";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the container engine listens, and by what that was decided. */
export interface DockerEndpoint {
  /** `unix:///var/run/docker.sock`, `tcp://host:2375`, `ssh://host`, `npipe:...`. */
  host: string;
  /** Folder of ca.pem, cert.pem and key.pem, when the engine wants TLS. */
  certificates?: string;
  source: string;
}

const DEFAULT_HOST = process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/**
 * The engine docker's own command would talk to: DOCKER_HOST, else the context named by DOCKER_CONTEXT or by
 * `currentContext` of docker's config.json, else the default socket.
 *
 * @throws ImageSpecError E_DAEMON when the context named does not exist.
 */
export async function dockerEndpoint(env: Environment = process.env): Promise<DockerEndpoint> {
  if (env.DOCKER_HOST) {
    const tls = env.DOCKER_TLS_VERIFY ? (env.DOCKER_CERT_PATH ?? dockerFolder(env)) : undefined;
    return { host: env.DOCKER_HOST, source: "DOCKER_HOST", ...(tls === undefined ? {} : { certificates: tls }) };
  }
  const context = env.DOCKER_CONTEXT || (await currentContext(env));
  if (context === undefined || context === "default") return { host: DEFAULT_HOST, source: "docker's default" };
  const id = createHash("sha256").update(context).digest("hex");
  const file = join(dockerFolder(env), "contexts", "meta", id, "meta.json");
  const meta = (await readJson(file)) as { Endpoints?: { docker?: { Host?: unknown } } } | undefined;
  const host = meta?.Endpoints?.docker?.Host;
  if (typeof host !== "string" || host === "") {
    throw new ImageSpecError("E_DAEMON", `Docker's context "${context}" has no endpoint (${file}).`, {
      hint: "Choose one that exists: `docker context ls`, then `docker context use NAME`.",
    });
  }
  return { host, source: `docker's context "${context}"` };
}

function dockerFolder(env: Environment): string {
  return env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
}

async function currentContext(env: Environment): Promise<string | undefined> {
  const config = (await readJson(join(dockerFolder(env), "config.json"))) as { currentContext?: unknown } | undefined;
  return typeof config?.currentContext === "string" && config.currentContext !== "" ? config.currentContext : undefined;
}

/** Undefined for a file that is missing or is no JSON: docker itself then works as if there were none. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
