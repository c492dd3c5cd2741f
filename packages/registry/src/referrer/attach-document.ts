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

/** How a document is attached. */
export interface AttachOptions extends CallOptions {
  /** The document's {@link uploadDocument}, begun while its image was still pushed. One that failed is done again. */
  upload?: Promise<void> | undefined;
}

/**
 * Uploads a document that is to stand beside an image, which need not be there yet.
 *
 * @throws ImageSpecError as {@link attachDocument}.
 */
export async function uploadDocument(
  repository: RegistryRepository,
  { type, bytes }: AttachedDocument,
  { signal }: CallOptions = {},
): Promise<void> {
  const blobs = [
    { mediaType: MEDIA_TYPES.ociEmpty, bytes: EMPTY },
    { mediaType: type, bytes },
  ];
  await inParallel(blobs, { most: blobs.length, signal }, (blob, either) => {
    const descriptor = { mediaType: blob.mediaType, digest: digestOf(blob.bytes), size: blob.bytes.length };
    return repository.putBlob(descriptor, openBytes(blob.bytes), { signal: either });
  });
}

/**
 * Keeps a document beside an image, as an artifact that refers to it (OCI image-spec 1.1, `subject`). The image and its
 * digest stay as they are. The same document for the same image makes the same artifact, so doing it again adds
 * nothing. Where the registry keeps no list of referrers, the list is kept under a tag made of the image's digest.
 *
 * @param image - tag or digest of the image, which must be there, or what points to its manifest or index.
 * @returns what points to the artifact.
 * @throws ImageSpecError E_REGISTRY when the registry takes no such artifact, E_REGISTRY_AUTH, E_REGISTRY_UNREACHABLE,
 * E_DIGEST_MISMATCH, E_REFERENCE, E_ABORTED.
 */
export async function attachDocument(
  repository: RegistryRepository,
  image: string | Descriptor,
  document: AttachedDocument,
  { upload, ...call }: AttachOptions = {},
): Promise<Descriptor> {
  const uploaded = async (signal: AbortSignal) => {
    const again = () => uploadDocument(repository, document, { signal });
    await (upload?.catch(again) ?? again());
    return undefined;
  };
  const found = async (signal: AbortSignal) =>
    typeof image === "string" ? descriptorOf(await repository.getManifest(image, { signal })) : image;
  // A build waits for this, and neither needs the other.
  const limits = { most: 2, signal: call.signal };
  const [subject] = await inParallel<(signal: AbortSignal) => Promise<Descriptor | undefined>, Descriptor | undefined>(
    [found, uploaded],
    limits,
    (work, signal) => work(signal),
  );
  const manifest = assembleReferrer(subject as Descriptor, document);
  const entry = { ...descriptorOf(manifest), artifactType: document.type };
  if (!(await repository.putReferrer(manifest, call)))
    await listUnderTag(repository, (subject as Descriptor).digest, entry, call);
  return entry;
}

function assembleReferrer(subject: Descriptor, { type, bytes }: AttachedDocument): ManifestBytes {
  return manifestBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: type,
    config: { mediaType: MEDIA_TYPES.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [{ mediaType: type, digest: digestOf(bytes), size: bytes.length }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
  });
}
