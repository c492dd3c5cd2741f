import type { Readable } from "node:stream";
import type { CredentialStore } from "@imagespec/registry";
import { ImageSpecError, parseReference, throughMirror } from "@imagespec/registry";
import type { Engine } from "./connect-engine.ts";
import { finishEngineStream } from "./finish-engine-stream.ts";

export interface ExecutorImage {
  image: string;
  /** The executor runs on the engine's own platform; another one is for machines that emulate it. */
  mirrors: Record<string, string>;
  credentials: CredentialStore;
  signal: AbortSignal;
}

/**
 * Makes sure the engine holds the executor's image; where it does not, it is pulled, through the mirrors. Returns the
 * name to create containers from.
 *
 * @throws ImageSpecError E_TOOL_MISSING when it can be had nowhere.
 */
export async function ensureExecutorImage(engine: Engine, wanted: ExecutorImage): Promise<string> {
  const names = [...new Set([wanted.image, throughMirror(wanted.image, wanted.mirrors)])];
  for (const name of names) if (await isPresent(engine, name)) return name;
  let last: unknown;
  for (const name of names.reverse()) {
    try {
      await pull(engine, name, wanted);
      return name;
    } catch (error) {
      if (wanted.signal.aborted) throw error;
      last = error;
    }
  }
  const reason = last instanceof Error ? last.message : String(last);
  throw new ImageSpecError("E_TOOL_MISSING", `The executor's image ${wanted.image} cannot be pulled: ${reason}`, {
    cause: last,
    hint: 'Name one this engine can reach in builderOptions { image: "..." }, or log in to its registry.',
  });
}

async function isPresent(engine: Engine, image: string): Promise<boolean> {
  try {
    await engine.docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw daemonError(engine, error);
  }
}

async function pull(engine: Engine, image: string, { credentials, signal }: ExecutorImage): Promise<void> {
  const { registry } = parseReference(image);
  const credential = await credentials.get(registry, { signal });
  const serveraddress = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
  const authconfig =
    credential === undefined
      ? undefined
      : credential.kind === "basic"
        ? { username: credential.username, password: credential.password, serveraddress }
        : credential.kind === "identity-token"
          ? { identitytoken: credential.token, serveraddress }
          : { registrytoken: credential.token, serveraddress };
  const stream = (await engine.docker.pull(image, {
    abortSignal: signal,
    ...(authconfig === undefined ? {} : { authconfig }),
  })) as Readable;
  await finishEngineStream(stream);
}

/** The error for an engine that cannot be talked to. */
export function daemonError(engine: Engine, cause: unknown): ImageSpecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImageSpecError("E_DAEMON", `The container engine at ${engine.address} does not answer: ${reason}`, {
    cause,
    hint: "Start docker, or set DOCKER_HOST to an engine that runs.",
  });
}
