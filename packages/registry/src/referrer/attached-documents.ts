import type { RegistryRepository } from "../client/registry-repository.ts";
import { collectBytes } from "../digest/collect-bytes.ts";
import { parseManifest } from "../image/parse-manifest.ts";
import type { CallOptions } from "../image/store.ts";
import type { AttachedDocument } from "./attach-document.ts";
import { listedUnderTag } from "./referrers-tag.ts";

/** How documents beside an image are read. */
export interface AttachedDocumentOptions extends CallOptions {
  /** Media type of the documents. */
  type: string;
  /** Bytes a document may have; larger ones are E_REGISTRY. */
  maxBytes: number;
}

/** Whoever may push to a repository may add artifacts, so only so many are read. */
const MOST_DOCUMENTS = 8;

/**
 * The documents of one type that are kept beside an image, by its digest: what `attachDocument` wrote, in the order in
 * which the registry lists them.
 *
 * @throws ImageSpecError E_REGISTRY, E_REGISTRY_AUTH, E_REGISTRY_UNREACHABLE, E_DIGEST_MISMATCH, E_REFERENCE,
 * E_ABORTED.
 */
export async function attachedDocuments(
  repository: RegistryRepository,
  digest: string,
  { type, maxBytes, signal }: AttachedDocumentOptions,
): Promise<AttachedDocument[]> {
  const call = { signal };
  const listed =
    (await repository.listReferrers(digest, { ...call, artifactType: type })) ??
    (await listedUnderTag(repository, digest, call)).filter(({ artifactType }) => artifactType === type);
  const found: AttachedDocument[] = [];
  for (const entry of listed.slice(0, MOST_DOCUMENTS)) {
    const subject = `${repository.name}@${entry.digest}`;
    const manifest = parseManifest(await repository.getManifest(entry.digest, call), subject);
    const layer =
      manifest.kind === "manifest" ? manifest.layers.find(({ mediaType }) => mediaType === type) : undefined;
    if (layer === undefined) continue;
    found.push({
      type,
      bytes: await collectBytes(repository.getBlob(layer, call), maxBytes, `A document of ${subject}`),
    });
  }
  return found;
}
