import type { RegistryClient } from "../client/registry-client.ts";
import type { RegistryRepository } from "../client/registry-repository.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import { imagePlatforms } from "../image/image-platforms.ts";
import { formatPlatform, parsePlatform } from "../image/platform.ts";
import type { CallOptions } from "../image/store.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import type { Presence } from "./presence.ts";

/**
 * Which platforms manifests are for, by digest: what a digest stands for never changes, so it need be read once only.
 */
export interface PlatformMemory {
  get(digest: string): Promise<readonly string[] | undefined>;
  set(digest: string, platforms: readonly string[]): Promise<void>;
}

/** How the presence of an image is asked for. */
export interface PresenceCheckOptions extends CallOptions {
  client: RegistryClient;
  /**
   * The image would be pushed. A registry that refuses to show what is not there yet (Quay, Artifactory) is then asked
   * once more with the right to push, and whether it would take the push. Default false.
   */
  willPush?: boolean | undefined;
  /** Where a manifest's platforms are looked up and kept; of one that it knows nothing but a HEAD is asked. */
  memory?: PlatformMemory | undefined;
}

/**
 * Asks the registry itself, never a mirror, whether an image is there for all of `platforms` (`linux/amd64`). 404 is
 * absent; a tag that lacks a platform is absent with `missing`; whatever else keeps us from knowing is unknown with its
 * cause.
 *
 * @throws ImageSpecError E_ABORTED, E_REFERENCE for a text that is not a reference, E_OPTIONS for one that is not a
 * platform.
 */
export async function checkRegistryPresence(
  reference: string | ImageReference,
  platforms: readonly string[],
  options: PresenceCheckOptions,
): Promise<Presence> {
  const parsed = typeof reference === "string" ? parseReference(reference) : reference;
  const wanted = platforms.map((platform) => formatPlatform(parsePlatform(platform)));
  const name = parsed.digest ?? parsed.tag ?? "latest";
  const call: CallOptions = { signal: options.signal };
  const { memory } = options;
  const ask = (access: "pull" | "push") =>
    presenceIn(options.client.repository(parsed, { mirror: false, access }), { name, wanted, call, memory });
  const presence = await ask("pull");
  if (!options.willPush || !isRefusal(presence)) return presence;
  const asPusher = await ask("push");
  if (!isRefusal(asPusher)) return asPusher;
  return settleByPush(options.client.repository(parsed, { mirror: false }), asPusher, call);
}

interface Question {
  /** Tag or digest. */
  name: string;
  wanted: readonly string[];
  call: CallOptions;
  memory: PlatformMemory | undefined;
}

async function presenceIn(repository: RegistryRepository, { name, wanted, call, memory }: Question): Promise<Presence> {
  try {
    const head = await repository.headManifest(name, call);
    if (head === undefined) return { status: "absent" };
    const found = (await remembered(head.digest, memory)) ?? (await read(repository, head.digest ?? name, call));
    // Between HEAD and GET the image may have gone.
    if (found === undefined) return { status: "absent" };
    const { digest, available } = found;
    await memory?.set(digest, available);
    const missing = wanted.filter((platform) => !available.includes(platform));
    return missing.length === 0
      ? { status: "present", digest, platforms: available }
      : { status: "absent", missing, digest };
  } catch (error) {
    if (!isImageSpecError(error) || error.code === "E_ABORTED") throw error;
    return { status: "unknown", cause: error };
  }
}

async function remembered(digest: string | undefined, memory: PlatformMemory | undefined) {
  const known = digest === undefined ? undefined : await memory?.get(digest);
  return digest === undefined || known === undefined ? undefined : { digest, available: [...known] };
}

async function read(repository: RegistryRepository, name: string, call: CallOptions) {
  const manifest = await repository.findManifest(name, call);
  if (manifest === undefined) return undefined;
  return { digest: manifest.digest, available: await imagePlatforms(repository, manifest, call) };
}

/** The registry itself, not its token server, refuses to say. */
function isRefusal(presence: Presence): presence is Presence & { status: "unknown" } {
  if (presence.status !== "unknown" || !isImageSpecError(presence.cause, "E_REGISTRY_AUTH")) return false;
  const { status, tokenServer } = presence.cause.details;
  return tokenServer === undefined && (status === 401 || status === 403);
}

/** Who may push may build: then the refusal is no longer one of credentials, and the image stays unknown. */
async function settleByPush(
  repository: RegistryRepository,
  presence: Presence & { status: "unknown" },
  call: CallOptions,
): Promise<Presence> {
  try {
    if (!(await repository.mayPush(call))) return presence;
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED") || !isImageSpecError(error)) throw error;
    return { status: "unknown", cause: error };
  }
  const { registry, name } = repository;
  const message = `${registry} takes pushes to ${name} and does not show what is there`;
  const hint = `Grant the account the right to pull from ${name}, or push to it once.`;
  const details = { registry, repository: name };
  return {
    status: "unknown",
    cause: new ImageSpecError("E_REGISTRY", message, { hint, cause: presence.cause, details }),
  };
}
