import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { ImageSpecError, LARGEST_SETTINGS, type ProcessEnvironment, readRegularFile } from "@imagespec/registry/terms";
import { defaultAddress, type EngineAddress, parseEngineAddress } from "./parse-address.ts";

/** What a TLS connection to an engine is made with. Texts are PEM. */
export interface EngineTls {
  /** The authorities that vouch for the engine; unset: those that Node trusts. */
  ca?: string | undefined;
  /** The client's certificate and its key. */
  cert?: string | undefined;
  key?: string | undefined;
  /** False: any certificate of the engine is accepted (docker's SkipTLSVerify). */
  verify: boolean;
}

/** Where the container engine listens, and by what that was decided. */
export interface EngineEndpoint {
  /** The address with its scheme, and its port where it has one: `unix:///var/run/docker.sock`, `tcp://host:2375`. */
  host: string;
  /** Who named it: `DOCKER_HOST`, `docker's context "x"`, `docker's default`. */
  source: string;
  address: EngineAddress;
  /** Set when the connection uses TLS; never for a socket. */
  tls?: EngineTls | undefined;
}

/**
 * Finds the engine that docker's own command would talk to: DOCKER_HOST, else the context named by DOCKER_CONTEXT,
 * else `currentContext` of docker's config.json, else the default socket. TLS comes from DOCKER_TLS_VERIFY, DOCKER_TLS
 * and DOCKER_CERT_PATH, or from the files of the context. Reads variables and files only; nothing is sent.
 *
 * @throws ImageSpecError E_DAEMON when the context does not exist, a certificate cannot be read, or the address is not
 * one that can be used (`ssh://`).
 */
export async function engineEndpoint(env: ProcessEnvironment = process.env): Promise<EngineEndpoint> {
  const context = env.DOCKER_HOST ? undefined : env.DOCKER_CONTEXT || (await currentContext(env));
  if (context !== undefined && context !== "default") return contextEndpoint(context, env);
  const secure = Boolean(env.DOCKER_TLS_VERIFY || env.DOCKER_TLS);
  const source = env.DOCKER_HOST ? "DOCKER_HOST" : "docker's default";
  const address = parseEngineAddress(env.DOCKER_HOST || defaultAddress(secure), source, secure);
  if (address.kind === "socket") return { host: address.host, source, address };
  if (!secure) return { host: address.host, source, address, tls: bareTls(address) };
  const files = await certificates(env.DOCKER_CERT_PATH || dockerFolder(env));
  const verify = Boolean(env.DOCKER_TLS_VERIFY);
  if (verify && files.ca === undefined) {
    const folder = env.DOCKER_CERT_PATH || dockerFolder(env);
    throw new ImageSpecError("E_DAEMON", `The engine's authority ${join(folder, "ca.pem")} does not exist`, {
      hint: "Set DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem, or unset DOCKER_TLS_VERIFY.",
    });
  }
  return { host: address.host, source, address, tls: { ...files, verify } };
}

async function contextEndpoint(context: string, env: ProcessEnvironment): Promise<EngineEndpoint> {
  const source = `docker's context "${context}"`;
  const id = createHash("sha256").update(context).digest("hex");
  const contexts = join(dockerFolder(env), "contexts");
  const file = join(contexts, "meta", id, "meta.json");
  const meta = (await readJson(file)) as ContextMeta | null | undefined;
  const docker = meta?.Endpoints?.docker;
  if (typeof docker?.Host !== "string" || docker.Host === "") {
    throw new ImageSpecError("E_DAEMON", `Docker's context "${context}" has no endpoint (${file})`, {
      hint: "Choose one that exists: `docker context ls`, then `docker context use NAME`.",
    });
  }
  const files = await certificates(join(contexts, "tls", id, "docker"));
  const skipVerify = docker.SkipTLSVerify === true;
  const secure = skipVerify || Object.values(files).some((text) => text !== undefined);
  const address = parseEngineAddress(docker.Host, source, secure);
  if (address.kind === "socket") return { host: address.host, source, address };
  const tls = secure ? { ...files, verify: !skipVerify } : bareTls(address);
  return { host: address.host, source, address, tls };
}

interface ContextMeta {
  Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: unknown } };
}

/** `https://` alone asks for TLS with what Node trusts. */
function bareTls(address: EngineAddress): EngineTls | undefined {
  return address.kind === "network" && address.scheme === "https" ? { verify: true } : undefined;
}

function dockerFolder(env: ProcessEnvironment): string {
  return env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
}

async function currentContext(env: ProcessEnvironment): Promise<string | undefined> {
  const file = join(dockerFolder(env), "config.json");
  const config = (await readJson(file)) as { currentContext?: unknown } | null | undefined;
  return typeof config?.currentContext === "string" && config.currentContext !== "" ? config.currentContext : undefined;
}

async function certificates(folder: string): Promise<Omit<EngineTls, "verify">> {
  const read = (name: string) =>
    readRegularFile(join(folder, name), LARGEST_SETTINGS).then(
      (bytes) => bytes.toString("utf8"),
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
        throw new ImageSpecError("E_DAEMON", `The engine's certificate ${join(folder, name)} cannot be read`, {
          cause: error,
          hint: "Make the file readable for this user.",
        });
      },
    );
  const [ca, cert, key] = await Promise.all([read("ca.pem"), read("cert.pem"), read("key.pem")]);
  return { ca, cert, key };
}

/** Undefined for a file that is missing or not JSON: docker itself then works as if there were none. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse((await readRegularFile(file, LARGEST_SETTINGS)).toString("utf8"));
  } catch {
    return undefined;
  }
}
