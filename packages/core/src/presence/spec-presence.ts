import { dockerCredentials, type Presence } from "@imagespec/registry";
import { identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { findPresence } from "./find-presence.ts";

export interface SpecPresenceOptions {
  /** In place of process.env. */
  env?: ProcessEnvironment;
  /** In place of the spec's platforms. */
  platforms?: readonly string[];
  signal?: AbortSignal;
}

/**
 * Whether the image of a spec exists for all of its platforms: in its registry, or without one in the container
 * engine. Nothing is remembered between calls. What cannot be found out is `unknown` with its cause.
 *
 * @throws ImageSpecError E_INPUT_FILE for files of the spec, E_ABORTED when cancelled.
 */
export async function specPresence(
  spec: ImageSpec,
  options: SpecPresenceOptions = {},
): Promise<{ reference: string; presence: Presence }> {
  const env = options.env ?? process.env;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const platforms = options.platforms === undefined ? {} : { platforms: options.platforms };
  const resolved = await resolveSpec(spec, { env, ...platforms, ...signal, skipSecretFiles: "pipSecretMounts" });
  const reference = imageReference(resolved, identify(resolved));
  const { registryConfig, target } = resolved;
  const credentials = dockerCredentials({ ...(registryConfig && { configFile: registryConfig }), env: { ...env } });
  const hasRegistry = target.registry !== undefined;
  // Asked as a push would ask: what the engine holds does not say what the registry holds.
  const question = { reference, platforms: target.platforms, hasRegistry, push: hasRegistry };
  const { presence } = await findPresence(question, { credentials, env, ...signal });
  return { reference, presence: presence ?? { status: "absent" } };
}
