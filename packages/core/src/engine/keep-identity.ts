import { attachDocument, parseReference, RegistryClient } from "@imagespec/registry";
import { isImageSpecError } from "@imagespec/registry/terms";
import type { BuildEvent } from "../builder/build-event.ts";
import type { BuildResult } from "../builder/builder.ts";
import type { ProjectSettings } from "../discovery/project-settings.ts";
import { isNewTag, keepIdentityInCache, lastKeptTag } from "../explain/kept-identity.ts";
import { IDENTITY_TYPE, MAX_IDENTITY_BYTES, publishedIdentity } from "../explain/published-identity.ts";
import { imageName } from "../identity/image-reference.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import type { PreparedBuild } from "../request/prepare-build.ts";
import type { EngineHost } from "./engine-host.ts";

/** Milliseconds that a build which is done waits for a registry to take its identity. */
const PATIENCE_MS = 20_000;

type BuiltImage = PreparedBuild & { settings: ProjectSettings };
type CacheHost = Pick<EngineHost, "cacheDir" | "env">;

/**
 * For `explain`: keeps what an image was made of in the cache, and beside the image in its registry. A build that is
 * done does not fail because its identity cannot be kept.
 */
export async function keepIdentity(host: EngineHost, build: BuiltImage, result: BuildResult): Promise<void> {
  const { request } = build;
  try {
    await keepInCache(host, build);
  } catch (error) {
    request.emit({ type: "warning", message: `the cache cannot be written: ${(error as Error).message}` });
  }
  const isWanted = host.attachIdentity ?? build.settings.config.attachIdentity ?? true;
  if (!isWanted || !request.target.push || result.adopted === true) return;
  try {
    await attachIdentity(host, build, result);
  } catch (error) {
    request.emit(isNotPushed(result, error) ? notPushed(result) : notKept(result, error));
  }
}

/**
 * The same of an image that was there already, which its registry keeps the identity of. A cache that cannot be written
 * is done without.
 */
export async function keepReusedIdentity(host: CacheHost, build: PreparedBuild): Promise<void> {
  const { resolved, identity } = build;
  // Mostly nothing has changed since: then even the document, which may be large, is not put together.
  if ((await lastKeptTag(cacheOf(host), imageName(resolved.target))) === identity.tag) return;
  await keepInCache(host, build).catch(() => {});
}

/** Whether content was changed since this image was last asked for here, as far as what is kept in the cache tells. */
export function isNewHere(host: CacheHost, { resolved, identity }: PreparedBuild): Promise<boolean> {
  return isNewTag(cacheOf(host), imageName(resolved.target), identity.tag);
}

function keepInCache(host: CacheHost, { resolved, identity }: PreparedBuild): Promise<void> {
  return keepIdentityInCache(cacheOf(host), imageName(resolved.target), identity);
}

function cacheOf({ cacheDir, env }: CacheHost): string {
  return cacheDir ?? cacheFolder(env());
}

/** Whether the builder pushed nothing, as one does that hands the build to another system. */
function isNotPushed({ digest }: BuildResult, error: unknown): boolean {
  return digest === undefined && isImageSpecError(error, "E_REGISTRY") && error.details.status === 404;
}

function notPushed({ reference }: BuildResult): BuildEvent {
  const message = `${reference} is not in its registry: the builder did not push it`;
  const hint =
    "Wait for the system that the builder leaves pushing to; where there is none, report it to the authors of the builder.";
  return { type: "warning", message, hint };
}

function notKept({ reference }: BuildResult, error: unknown): BuildEvent {
  const message = `what ${reference} is made of cannot be kept beside it: ${(error as Error).message}`;
  const hint = "Set attachIdentity to false in the project settings if the registry takes nothing but images.";
  return { type: "warning", message, hint };
}

async function attachIdentity(host: EngineHost, build: BuiltImage, result: BuildResult): Promise<void> {
  const bytes = Buffer.from(publishedIdentity(build.identity.document));
  if (bytes.length > MAX_IDENTITY_BYTES) {
    throw new Error(`it has ${bytes.length} bytes, and at most ${MAX_IDENTITY_BYTES} are kept`);
  }
  const reference = parseReference(result.reference);
  const client = new RegistryClient({
    credentials: build.credentials,
    env: host.env(),
    insecure: result.insecureRegistries,
    retry: { attempts: 2 },
  });
  try {
    // What was just pushed is in no mirror.
    const repository = client.repository(reference, { mirror: false, access: "push" });
    const image = result.digest ?? reference.digest ?? reference.tag ?? "latest";
    const signal = AbortSignal.any([build.request.signal, AbortSignal.timeout(PATIENCE_MS)]);
    await attachDocument(repository, image, { type: IDENTITY_TYPE, bytes }, { signal });
  } finally {
    await client.close();
  }
}
