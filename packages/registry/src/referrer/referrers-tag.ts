import type { RegistryRepository } from "../client/registry-repository.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { manifestBytes } from "../image/manifest-bytes.ts";
import { parseManifest } from "../image/parse-manifest.ts";
import type { CallOptions } from "../image/store.ts";

/** The tag under which the referrers of a manifest are listed (distribution-spec, "Referrers Tag Schema"). Pure. */
export function referrersTag(digest: string): string {
  const [algorithm = "", encoded = ""] = digest.split(":");
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

/**
 * What is listed under that tag; empty where there is none.
 *
 * @throws ImageSpecError E_REGISTRY when it is something else.
 */
export async function listedUnderTag(
  repository: RegistryRepository,
  digest: string,
  call: CallOptions,
): Promise<Descriptor[]> {
  const tag = referrersTag(digest);
  const manifest = await repository.findManifest(tag, call);
  if (manifest === undefined) return [];
  const subject = `${repository.name}:${tag}`;
  const document = parseManifest(manifest, subject);
  if (document.kind === "index") return document.manifests;
  throw new ImageSpecError("E_REGISTRY", `${subject} is an image, and that tag is reserved for a list of referrers`, {
    hint: "Remove that tag: registries without the referrers API keep their list there.",
    details: { registry: repository.registry, repository: repository.name },
  });
}

/**
 * Adds an entry to the list under the tag, unless it is there. Registries offer no way to do it at once: of two who add
 * at the same time one may be lost, which the specification accepts.
 */
export async function listUnderTag(
  repository: RegistryRepository,
  digest: string,
  entry: Descriptor,
  call: CallOptions,
): Promise<void> {
  const known = await listedUnderTag(repository, digest, call);
  if (known.some((other) => other.digest === entry.digest)) return;
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [...known, entry] };
  await repository.putManifest(manifestBytes(index), { ...call, tag: referrersTag(digest) });
}
