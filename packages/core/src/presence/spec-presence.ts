import type { Presence, ProcessEnvironment } from "@imagespec/registry";
import { readBuildOptions } from "../request/build-options.ts";
import { prepareBuild } from "../request/prepare-build.ts";
import type { Spec } from "../spec/spec.ts";
import { findPresence } from "./find-presence.ts";

/** How a presence is looked for. */
export interface SpecPresenceOptions {
  /** In place of process.env. */
  env?: ProcessEnvironment | undefined;
  /** One or several, comma-separated, in place of the spec's. */
  platform?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Whether the image of a spec exists for all of its platforms: in its registry, or without one in the container
 * engine. Nothing is remembered between calls. What cannot be found out is `unknown` with its cause.
 *
 * @throws ImageSpecError E_INPUT_FILE for files of the spec, E_ABORTED when cancelled.
 */
export async function specPresence(
  spec: Spec,
  { env = process.env, platform, signal }: SpecPresenceOptions = {},
): Promise<{ reference: string; presence: Presence }> {
  const call = readBuildOptions(spec, { platform }, env);
  const prepared = await prepareBuild(spec, call, { env, signal, skipSecretFiles: "pipSecretMounts" });
  const { reference, credentials, resolved } = prepared;
  const hasRegistry = resolved.target.registry !== undefined;
  // Asked as a push would ask: what the engine holds does not say what the registry holds.
  const question = { reference, platforms: resolved.target.platforms, hasRegistry, push: hasRegistry };
  const { presence } = await findPresence(question, { credentials, env, signal });
  return { reference, presence: presence ?? { status: "absent" } };
}
