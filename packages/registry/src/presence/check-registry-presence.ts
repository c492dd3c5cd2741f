import type { RegistryClient } from "../client/registry-client.ts";
import type { RegistryRepository } from "../client/registry-repository.ts";
import { isImageSpecError } from "../errors/image-spec-error.ts";
import { INDEX_TYPES, parseManifest } from "../image/parse-manifest.ts";
import { formatPlatform, parsePlatform } from "../image/platform.ts";
import { configPlatform, readConfig } from "../image/read-image.ts";
import { platformsOf } from "../image/select-platform.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import type { Presence } from "./presence.ts";

/**
 * Asks the registry itself, never a mirror, whether an image is there for all of `platforms` (`linux/amd64`). 404 is
 * absent; a tag that lacks a platform is absent with `missing`; whatever else keeps us from knowing is unknown with its
 * cause. Throws only E_ABORTED, E_REFERENCE and E_OPTIONS.
 */
export async function checkRegistryPresence(
  reference: string | ImageReference,
  platforms: readonly string[],
  options: { client: RegistryClient; signal?: AbortSignal },
): Promise<Presence> {
  const parsed = typeof reference === "string" ? parseReference(reference) : reference;
  const wanted = platforms.map((platform) => formatPlatform(parsePlatform(platform)));
  const repository = options.client.repository(parsed, { mirror: false });
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const name = parsed.digest ?? parsed.tag ?? "latest";
  try {
    const head = await repository.headManifest(name, call);
    if (head === undefined) return { status: "absent" };
    const { digest, platforms: there } = await platformsThere(repository, head.digest ?? name, call);
    const missing = wanted.filter((platform) => !there.includes(platform));
    return missing.length === 0
      ? { status: "present", digest, platforms: there }
      : { status: "absent", missing, digest };
  } catch (error) {
    if (!isImageSpecError(error) || error.code === "E_ABORTED") throw error;
    // Between HEAD and GET the image may go.
    if (error.code === "E_REGISTRY" && error.details.status === 404) return { status: "absent" };
    return { status: "unknown", cause: error };
  }
}

async function platformsThere(
  repository: RegistryRepository,
  name: string,
  call: { signal?: AbortSignal },
): Promise<{ digest: string; platforms: string[] }> {
  const manifest = await repository.getManifest(name, call);
  const document = parseManifest(manifest, `${repository.name}:${name}`);
  if (document.kind === "manifest") {
    const config = await readConfig(repository, document, call);
    return { digest: manifest.digest, platforms: [formatPlatform(configPlatform(config))] };
  }
  const nested = document.manifests.filter((entry) => INDEX_TYPES.has(entry.mediaType) && entry.platform === undefined);
  // An index in an index is rare; one level of it is looked into.
  const deeper = await Promise.all(
    nested.slice(0, 16).map(async (entry) => {
      const child = await repository.getManifest(entry.digest, call);
      const inner = parseManifest(child, `${repository.name}@${entry.digest}`);
      return inner.kind === "index" ? platformsOf(inner) : [];
    }),
  );
  return { digest: manifest.digest, platforms: [...new Set([...platformsOf(document), ...deeper.flat()])].sort() };
}
