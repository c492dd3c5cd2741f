import { collectBytes } from "../digest/collect-bytes.ts";
import { checkedDigest, digestOf, matchesDigest } from "../digest/digest.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpResponse } from "../http/message/http-message.ts";
import { RetryBudget } from "../http/retry-policy.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { ownMediaType } from "../image/own-media-type.ts";
import { MAX_MANIFEST_BYTES } from "../image/parse-manifest.ts";
import type { ManifestBytes } from "../image/store.ts";
import { isDigest, isTag } from "../reference/reference-grammar.ts";
import { contentType, isSuccess, statedDigest } from "./answer.ts";
import { TAG_IS_KEPT } from "./refused-push.ts";
import type { RegistryCall, RegistryHost } from "./registry-host.ts";

/** The kinds of manifest that are read. */
export const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
].join(", ");

/**
 * Reads the answer to a GET of a manifest, checked by every digest that is stated.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH.
 */
export async function readManifest(
  response: HttpResponse,
  asked: { tagOrDigest: string; whole: string; repository: { registry: string; name: string } },
): Promise<ManifestBytes> {
  const { tagOrDigest, whole, repository } = asked;
  const bytes = await collectBytes(response.body, MAX_MANIFEST_BYTES, `The manifest of ${whole}`);
  const stated = statedDigest(response);
  const expected = [isDigest(tagOrDigest) ? tagOrDigest : undefined, stated].filter((value) => value !== undefined);
  for (const digest of expected) {
    if (matchesDigest(bytes, checkedDigest(digest, whole))) continue;
    throw new ImageSpecError("E_DIGEST_MISMATCH", `The manifest of ${whole} is ${digestOf(bytes)}, not ${digest}`, {
      hint: "Run it again; if it persists, the registry or something on the way to it changes content.",
      details: { registry: repository.registry, repository: repository.name, digest },
    });
  }
  return {
    bytes,
    digest: expected[0] ?? digestOf(bytes),
    mediaType: contentType(response) ?? ownMediaType(bytes),
  };
}

/** What is written, and where: `path` and the `name` below it, which is a tag or the manifest's digest. */
interface WrittenManifest {
  manifest: ManifestBytes;
  path: string;
  name: string;
  whole: string;
  repository: { registry: string; name: string };
}

/**
 * Writes a manifest, and makes sure as far as the registry lets us that it keeps these bytes. Where the registry writes
 * no tag twice and another client was quicker with the same manifest, it is as good as written.
 *
 * @throws ImageSpecError E_DIGEST_MISMATCH when it states, or gives back, something else.
 */
export async function writeManifest(
  host: RegistryHost,
  call: Pick<RegistryCall, "subject" | "scopes" | "signal">,
  asked: WrittenManifest,
): Promise<HttpResponse> {
  const { manifest, path, name, whole, repository } = asked;
  const put: RegistryCall = {
    ...call,
    method: "PUT",
    target: path + name,
    headers: { "content-type": manifest.mediaType },
    body: () => manifest.bytes,
    accept: isSuccess,
  };
  const response = await sendOnceBlobsAreKnown(host, put).catch(async (error: unknown) => {
    const isKept = isImageSpecError(error) && error.hint === TAG_IS_KEPT;
    const there = isKept ? await headOf(host, { ...call, target: path + name }) : undefined;
    if (there === undefined || statedDigest(there) !== manifest.digest) throw error;
    return there;
  });
  await response.body.dump();
  checkStored(response, asked);
  // 201 is a registry's own word; a login page in front of it answers 200 to everything.
  if (response.status === 201 || statedDigest(response) !== undefined) return response;
  const { digest } = manifest;
  const back: RegistryCall = { ...call, method: "GET", target: path + digest, accept: () => true };
  await host.receive({ ...back, headers: { accept: ACCEPT } }, async (answer) => {
    if (answer.status === 200) await readManifest(answer, { tagOrDigest: digest, whole, repository });
    else await answer.body.dump();
  });
  return response;
}

/** What a registry says of a manifest that it has; undefined where it says nothing. */
async function headOf(
  host: RegistryHost,
  call: Pick<RegistryCall, "subject" | "scopes" | "signal" | "target">,
): Promise<HttpResponse | undefined> {
  const head: RegistryCall = { ...call, method: "HEAD", headers: { accept: ACCEPT }, accept: [200] };
  return host.send(head).catch(() => {
    call.signal?.throwIfAborted();
    return undefined;
  });
}

/**
 * Writes it once its blobs are known. They were there a moment ago, but where several clients write the same ones, CNCF
 * Distribution rewrites the file that says so, and whoever looks at it meanwhile finds it empty.
 */
async function sendOnceBlobsAreKnown(host: RegistryHost, put: RegistryCall): Promise<HttpResponse> {
  const budget = new RetryBudget({ attempts: 3, baseMs: 500 });
  for (;;) {
    try {
      return await host.send(put);
    } catch (error) {
      if (!isBlobUnknown(error)) throw error;
      const wait = budget.next();
      if (wait === undefined) throw error;
      await host.pause(put, error, budget.failures, wait);
    }
  }
}

/**
 * Whether a manifest is refused for what a registry says of a blob that another client is writing (distribution-spec,
 * error codes).
 */
function isBlobUnknown(error: unknown): error is ImageSpecError {
  const codes = isImageSpecError(error, "E_REGISTRY") ? (error.details.codes ?? []) : [];
  return codes.includes("MANIFEST_BLOB_UNKNOWN") || codes.includes("DIGEST_INVALID");
}

/**
 * Compares the digest that a registry states for what it stored with the manifest's own, also one of another algorithm.
 */
function checkStored(response: HttpResponse, asked: WrittenManifest): void {
  const stored = statedDigest(response);
  const { manifest, whole, repository } = asked;
  const { bytes, digest } = manifest;
  if (stored === undefined || stored === digest || (isDigest(stored) && matchesDigest(bytes, stored))) return;
  const { registry, name } = repository;
  throw new ImageSpecError("E_DIGEST_MISMATCH", `${registry} stored ${whole} as ${stored.slice(0, 100)}`, {
    hint: "Use another registry: this one, or a proxy in front of it, changes manifests, so images cannot be pinned there.",
    details: { registry, repository: name, digest },
  });
}

/** A tag or digest that may stand in a path. @throws ImageSpecError E_REFERENCE. */
export function checkedName(tagOrDigest: string, repository: string): string {
  if (isTag(tagOrDigest) || isDigest(tagOrDigest)) return tagOrDigest;
  throw new ImageSpecError("E_REFERENCE", `"${tagOrDigest}" is neither a tag nor a digest (in ${repository})`, {
    hint: "Use a tag of at most 128 letters, digits, _, . and -, or a digest: sha256: and 64 lower-case hex digits.",
  });
}
