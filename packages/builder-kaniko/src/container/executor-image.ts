import type { CredentialStore } from "@imagespec/registry";
import { ImageSpecError, parseReference, throughMirror } from "@imagespec/registry";
import type { Engine } from "./connect-engine.ts";

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
  for (const name of names) if ((await engine.images.inspectImage(name)) !== undefined) return name;
  let last: unknown;
  for (const name of names.reverse()) {
    try {
      const { registry } = parseReference(name);
      const credential = await wanted.credentials.get(registry, { signal: wanted.signal });
      await engine.images.pullImage(name, credential);
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

/** The error for an engine that cannot be talked to. */
export function daemonError(engine: Engine, cause: unknown): ImageSpecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImageSpecError("E_DAEMON", `The container engine at ${engine.endpoint.host} does not answer: ${reason}`, {
    cause,
    hint: "Start docker, or set DOCKER_HOST to an engine that runs.",
  });
}
