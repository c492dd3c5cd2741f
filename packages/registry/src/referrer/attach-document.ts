import type { RegistryRepository } from "../client/registry-repository.ts";
import { digestOf } from "../digest/digest.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { descriptorOf, manifestBytes, openBytes } from "../image/manifest-bytes.ts";
import type { CallOptions, ManifestBytes } from "../image/store.ts";
import { inParallel } from "../process/in-parallel.ts";
import { listUnderTag } from "./referrers-tag.ts";

/** A document that is kept beside an image. */
export interface AttachedDocument {
  /** Media type of the document; the referrer's artifact type as well. */
  type: string;
  bytes: Uint8Array;
}

/** What an artifact without a config points to (image-spec, "Guidance for an Empty Descriptor"). */
const EMPTY = Buffer.from("{}");

/**
 * Keeps a document beside an image, as an artifact that refers to it (OCI image-spec 1.1, `subject`). The image and its
 * digest stay as they are. The same document for the same image makes the same artifact, so doing it again adds
 * nothing. Where the registry keeps no list of referrers, the list is kept under a tag made of the image's digest.
 *
 * @param image - tag or digest of the image, which must be there.
 * @returns what points to the artifact.
 * @throws ImageSpecError E_REGISTRY when the registry takes no such artifact, E_REGISTRY_AUTH, E_REGISTRY_UNREACHABLE,
 * E_DIGEST_MISMATCH, E_REFERENCE, E_ABORTED.
 */
export async function attachDocument(
  repository: RegistryRepository,
  image: string,
  document: AttachedDocument,
  call: CallOptions = {},
): Promise<Descriptor> {
  const put = async (bytes: Uint8Array, signal: AbortSignal): Promise<undefined> => {
    const blob = { mediaType: document.type, digest: digestOf(bytes), size: bytes.length };
    await repository.putBlob(blob, openBytes(bytes), { ...call, signal });
  };
  // A build waits for this, and none of the three needs another.
  const requests: ((signal: AbortSignal) => Promise<ManifestBytes | undefined>)[] = [
    (signal) => repository.getManifest(image, { ...call, signal }),
    (signal) => put(EMPTY, signal),
    (signal) => put(document.bytes, signal),
  ];
  const limits = { most: requests.length, signal: call.signal };
  const [found] = await inParallel(requests, limits, (send, signal) => send(signal));
  const subject = descriptorOf(found as ManifestBytes);
  const manifest = assembleReferrer(subject, document);
  const entry = { ...descriptorOf(manifest), artifactType: document.type };
  if (!(await repository.putReferrer(manifest, call))) await listUnderTag(repository, subject.digest, entry, call);
  return entry;
}

function assembleReferrer(subject: Descriptor, { type, bytes }: AttachedDocument): ManifestBytes {
  return manifestBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: type,
    config: { mediaType: MEDIA_TYPES.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [{ mediaType: type, digest: digestOf(bytes), size: bytes.length }],
    subject,
  });
}
