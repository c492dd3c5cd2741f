import {
  type CredentialStore,
  checkRegistryPresence,
  type Presence,
  type ProcessEnvironment,
  RegistryClient,
} from "@imagespec/registry";
import type { Output } from "../builder/output.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import { checkEnginePresence } from "./engine-presence.ts";
import { PlatformFile } from "./platform-file.ts";

export interface PresenceQuestion {
  /** `registry/name:tag` or `name:tag`. */
  reference: string;
  platforms: readonly string[];
  /** Whether the reference names a registry. */
  hasRegistry: boolean;
  /** Whether the image would be pushed there. */
  push: boolean;
  /** A build asks, and pushes afterwards: the registry may be asked for the right to push. Default false. */
  willPush?: boolean | undefined;
  /** Where it would be written besides or instead. */
  output?: Output | undefined;
}

export interface PresenceAnswer {
  /** Undefined where there is nowhere to look: an output to a folder or file is always written. */
  presence: Presence | undefined;
  /** Whether `presence.digest` is one that a registry knows. */
  fromRegistry: boolean;
}

export interface PresenceAccess {
  credentials: CredentialStore;
  env: ProcessEnvironment;
  /** Where the platforms of manifests are remembered; by default where the environment says. */
  cacheDir?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Asks the registry, with these credentials; by default one of the question's own. */
  client?: RegistryClient | undefined;
}

/**
 * Looks where the image would be put: in its registry; in the engine when it has none, or `output` is `engine`; in both
 * when it has one and is not pushed. Never guesses: what cannot be found out is `unknown` with its cause.
 *
 * @throws ImageSpecError E_ABORTED when cancelled.
 */
export async function findPresence(question: PresenceQuestion, access: PresenceAccess): Promise<PresenceAnswer> {
  if (question.output !== undefined && !question.push) {
    return question.output.kind === "engine"
      ? inEngine(question, access)
      : { presence: undefined, fromRegistry: false };
  }
  if (!question.hasRegistry) return inEngine(question, access);
  const registry = await inRegistry(question, access);
  if (registry.presence?.status === "present" || question.push) return registry;
  const engine = await inEngine(question, access);
  return engine.presence?.status === "present" ? engine : registry;
}

async function inRegistry(question: PresenceQuestion, access: PresenceAccess): Promise<PresenceAnswer> {
  const { reference, platforms, willPush } = question;
  const { credentials, env, cacheDir = cacheFolder(env), signal } = access;
  const client = access.client ?? new RegistryClient({ credentials, env });
  const memory = new PlatformFile(cacheDir);
  try {
    const presence = await checkRegistryPresence(reference, platforms, { client, signal, willPush, memory });
    return { presence, fromRegistry: true };
  } finally {
    if (client !== access.client) await client.close();
  }
}

async function inEngine({ reference, platforms }: PresenceQuestion, access: PresenceAccess): Promise<PresenceAnswer> {
  return { presence: await checkEnginePresence(reference, platforms, access), fromRegistry: false };
}
