import { isImageSpecError } from "@imagespec/registry/terms";
import type { BuildEvent } from "../builder/build-event.ts";
import type { BuildResult } from "../builder/builder.ts";
import { isNewTag, keepIdentityInCache, lastKeptTag } from "../explain/kept-identity.ts";
import { imageName } from "../identity/image-reference.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import type { PreparedBuild } from "../request/prepare-build.ts";
import type { IdentityAttachment } from "./attach-identity.ts";
import type { EngineHost } from "./engine-host.ts";

type CacheHost = Pick<EngineHost, "cacheDir" | "env">;

/**
 * For `explain`: keeps what an image was made of in the cache, and beside the image in its registry where there is an
 * attachment. A build that is done does not fail because its identity cannot be kept.
 */
export async function keepIdentity(
  host: EngineHost,
  build: PreparedBuild,
  result: BuildResult,
  attachment: IdentityAttachment | undefined,
): Promise<void> {
  const { emit } = build.request;
  const cached = keepInCache(host, build).catch((error: Error) =>
    emit({ type: "warning", message: `the cache cannot be written: ${error.message}` }),
  );
  const attached = result.adopted === true ? undefined : attachment?.finish(result);
  await attached?.catch((error: unknown) =>
    emit(isNotPushed(result, error) ? notPushed(result) : notKept(result, error)),
  );
  await cached;
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
