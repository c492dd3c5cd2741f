import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpResponse } from "../http/message/http-message.ts";
import { isRetriedStatus, RetryBudget, type RetryOptions, retryAfterMs } from "../http/retry-policy.ts";
import type { Descriptor } from "../image/descriptor.ts";
import type { OpenBlob } from "../image/store.ts";
import type { PieceMemory } from "../pieces/piece-memory.ts";
import { isSuccess, statedDigest } from "./answer.ts";
import type { Subject } from "./registry-fault.ts";
import type { RegistryHost } from "./registry-host.ts";
import { UploadSource } from "./upload-source.ts";

export interface BlobPush {
  host: RegistryHost;
  /** Path of the repository below the registry. */
  repository: string;
  subject: Subject;
  descriptor: Descriptor;
  open: OpenBlob;
  /** Takes back the pieces that were sent. */
  memory: PieceMemory;
  /** Path of another repository of the same registry that may hold the blob. */
  mountFrom: string | undefined;
  /** Bytes a chunk has; undefined sends all in one request. */
  chunkSize: number | undefined;
  retry: RetryOptions;
  signal: AbortSignal | undefined;
  /** Whether the registry has it by now: an upload whose answer was lost may have succeeded. */
  isThere(): Promise<boolean>;
}

/** An upload under way: where its next bytes go, and how many the registry has. */
interface Upload {
  location: URL;
  offset: number;
  /** Bytes a chunk but the last must have at least. */
  leastChunk: number;
  /** Whether it goes on at an offset that the registry named after a failure, which need not be true. */
  resumed: boolean;
}

/** The largest chunk after a 413: proxies limit requests to 1 MB, 10 MB or 100 MB. */
const LARGEST_RETRY = 32 * 1024 * 1024;
const SMALLEST_CHUNK = 64 * 1024;

/**
 * Uploads a blob in one PUT (distribution-spec, pushing a blob monolithically: POST then PUT), in chunks where that is
 * asked for or a request was too large (POST, PATCH, PUT), or mounts it. An upload that breaks goes on where the
 * registry says it stands, else starts anew. Returns how it came there.
 */
export async function pushBlob(push: BlobPush): Promise<"mounted" | "done"> {
  const { descriptor } = push;
  const source = new UploadSource(push);
  const budget = new RetryBudget(push.retry);
  let chunkSize = push.chunkSize;
  // Where a registry loses every upload, getting as far as before is no progress.
  let furthest = 0;
  const reached = (offset: number) => {
    if (offset > furthest) budget.progressed();
    furthest = Math.max(furthest, offset);
  };
  try {
    let upload = await startUpload(push);
    for (;;) {
      if (upload === "mounted") return "mounted";
      const from: Upload = upload;
      let misled = false;
      const at = { ...from };
      try {
        if (chunkSize !== undefined) await sendChunks(push, source, at, chunkSize);
        await finish(push, source, at);
        return "done";
      } catch (error) {
        misled = from.resumed && isRefusedPlace(error);
        if (isRefusedDigest(error) && !misled) throw mismatch(push, error);
        reached(at.offset);
        const sent: number = Math.min(chunkSize ?? Number.POSITIVE_INFINITY, descriptor.size - at.offset);
        if (isTooLarge(error) && sent > SMALLEST_CHUNK) {
          chunkSize = Math.max(SMALLEST_CHUNK, Math.min(LARGEST_RETRY, Math.ceil(sent / 2)));
        } else {
          const timeout = isImageSpecError(error, "E_REGISTRY_UNREACHABLE") && error.details.reason === "timeout";
          const wait =
            misled || isPassing(error) ? budget.next({ timeout, retryAfterMs: askedWait(error) }) : undefined;
          if (wait === undefined || !isImageSpecError(error)) throw error;
          await push.host.pause(push, error, budget.failures, wait);
        }
      }
      if (await push.isThere()) return "done";
      // What it said last of where it stands was not so: it is not asked again.
      const state = misled ? undefined : await uploadState(push, at.location);
      // Without a usable answer the upload starts again from the beginning.
      const usable = state !== undefined && state.offset < descriptor.size;
      if (usable) reached(state.offset);
      upload = usable ? state : await startUpload({ ...push, mountFrom: undefined });
    }
  } finally {
    await source.close();
  }
}

function isPassing(error: unknown): error is ImageSpecError {
  if (isImageSpecError(error, "E_REGISTRY_UNREACHABLE")) {
    return error.details.reason === "reset" || error.details.reason === "timeout";
  }
  if (!isImageSpecError(error, "E_REGISTRY")) return false;
  const { status, tokenServer } = error.details;
  // 404: the session is gone. 416: it is at another offset than we thought.
  const isSession = tokenServer === undefined && (status === 404 || status === 416);
  return status !== undefined && (isRetriedStatus(status) || isSession);
}

/** Whether a registry refuses what it was sent since it does not stand where it said. */
function isRefusedPlace(error: unknown): boolean {
  return isRefusedDigest(error) || (isImageSpecError(error, "E_REGISTRY") && error.details.status === 416);
}

/** Milliseconds that the answer asks to wait. */
function askedWait(error: unknown): number | undefined {
  return isImageSpecError(error, "E_REGISTRY") ? retryAfterMs(error.details.retryAfter, Date.now()) : undefined;
}

/** Whether the registry, or a proxy before it, refuses a request of this size. */
function isTooLarge(error: unknown): boolean {
  return isImageSpecError(error, "E_REGISTRY") && error.details.status === 413;
}

/** Whether the registry received bytes that do not match the digest (distribution-spec, error codes). */
function isRefusedDigest(error: unknown): boolean {
  return isImageSpecError(error, "E_REGISTRY") && [error.details.codes].flat().includes("DIGEST_INVALID");
}

function mismatch(push: BlobPush, cause: unknown): ImageSpecError {
  const { digest } = push.descriptor;
  return new ImageSpecError("E_DIGEST_MISMATCH", `${digest} was changed on its way to ${push.subject.name}`, {
    hint: "Run it again: the content changed after its digest was computed, or in transit.",
    cause,
    details: { registry: push.subject.registry, repository: push.subject.name, digest },
  });
}

function scopesOf(push: BlobPush): string[] {
  return [`repository:${push.repository}:pull,push`];
}

async function startUpload(push: BlobPush): Promise<Upload | "mounted"> {
  const { host, repository, subject, descriptor, mountFrom, signal } = push;
  const target = `/v2/${repository}/blobs/uploads/`;
  const call = { subject, method: "POST", headers: { "content-length": "0" }, accept: isSuccess, signal } as const;
  const opened = (response: HttpResponse): Upload => {
    const location = nextLocation(push, response, undefined);
    return { location, offset: 0, leastChunk: leastChunk(response), resumed: false };
  };
  if (mountFrom !== undefined && mountFrom !== repository) {
    const query = new URLSearchParams({ mount: descriptor.digest, from: mountFrom });
    const scopes = [`repository:${mountFrom}:pull`, ...scopesOf(push)].sort();
    try {
      const response = await host.send({ ...call, target: `${target}?${query}`, scopes });
      await response.body.dump();
      return response.status === 201 ? "mounted" : opened(response);
    } catch (error) {
      // Mounting is a shortcut: a registry that cannot mount, or does not let us read there, is sent the bytes.
      const refused = isImageSpecError(error, "E_REGISTRY_AUTH") || isImageSpecError(error, "E_REGISTRY");
      if (!refused) throw error;
    }
  }
  const response = await host.send({ ...call, target, scopes: scopesOf(push) });
  await response.body.dump();
  return opened(response);
}

/** Where the next request of an upload goes; `known` where the answer does not say it anew. */
function nextLocation(push: BlobPush, response: HttpResponse, known: URL | undefined): URL {
  const location = response.header("location") || undefined;
  if (location !== undefined) return push.host.checkedTarget(location, response.url, push.subject);
  if (known !== undefined) return known;
  throw new ImageSpecError(
    "E_REGISTRY",
    `${push.subject.registry} accepts an upload without saying where to send it (no Location)`,
    {
      hint: "Report it to the registry's operator, or check the proxy in front of it.",
      details: { registry: push.subject.registry, repository: push.subject.name },
    },
  );
}

/**
 * The error for a registry that takes a chunk and then states no more bytes than before, so that the upload would never
 * end, or more than it was sent.
 */
function miscounted(push: BlobPush, end: number, has: number): ImageSpecError {
  const { registry } = push.subject;
  return new ImageSpecError("E_REGISTRY", `${registry} was sent ${end} bytes and reports ${has}`, {
    hint: "Leave chunkSize out, or report it to the registry's operator.",
    details: { registry: push.subject.registry, repository: push.subject.name },
  });
}

/**
 * Sends what is left in chunks (distribution-spec, pushing a blob in chunks) and moves `upload` on. A last piece below
 * the registry's least size is left for the request that closes the upload.
 */
async function sendChunks(push: BlobPush, source: UploadSource, upload: Upload, chunkSize: number): Promise<void> {
  const { host, subject, descriptor, signal } = push;
  while (upload.offset < descriptor.size && descriptor.size - upload.offset >= upload.leastChunk) {
    const { offset } = upload;
    const end = Math.min(descriptor.size, offset + Math.max(chunkSize, upload.leastChunk));
    const response = await host.send({
      subject,
      method: "PATCH",
      target: upload.location,
      scopes: scopesOf(push),
      headers: {
        "content-type": "application/octet-stream",
        "content-length": String(end - offset),
        "content-range": `${offset}-${end - 1}`,
      },
      body: () => source.chunk(offset, end),
      accept: isSuccess,
      signal,
      once: true,
    });
    await response.body.dump();
    upload.location = nextLocation(push, response, upload.location);
    const has = receivedBytes(response) ?? end;
    // Some registries name the byte behind the last one.
    upload.offset = has === end + 1 ? end : has;
    if (upload.offset <= offset || upload.offset > end) throw miscounted(push, end, upload.offset);
  }
}

/** Sends what is left, if anything, and closes the upload. */
async function finish(push: BlobPush, source: UploadSource, { location, offset }: Upload): Promise<void> {
  const { host, subject, descriptor, signal } = push;
  const target = withDigest(location, descriptor.digest);
  const { size } = descriptor;
  const rest = offset > 0 && offset < size ? { "content-range": `${offset}-${size - 1}` } : {};
  const response = await host.send({
    subject,
    method: "PUT",
    target,
    scopes: scopesOf(push),
    headers: { "content-type": "application/octet-stream", "content-length": String(size - offset), ...rest },
    body: () => (offset === size ? new Uint8Array() : source.chunk(offset, size)),
    accept: isSuccess,
    signal,
    once: true,
  });
  await response.body.dump();
  const stored = statedDigest(response);
  // A digest of another algorithm may well be the same content's.
  const isComparable = stored?.split(":")[0] === descriptor.digest.split(":")[0];
  if (isComparable && stored !== descriptor.digest) throw mismatch(push, undefined);
}

/** The address of an upload with the digest added; the rest of its query, which may be signed, stays as written. */
function withDigest(location: URL, digest: string): URL {
  const target = new URL(location);
  const parts = target.search.slice(1).split("&");
  const others = parts.filter((part) => part !== "" && !part.startsWith("digest="));
  target.search = [...others, `digest=${encodeURIComponent(digest)}`].join("&");
  return target;
}

/** Where a broken upload stands (distribution-spec: GET on the session, `Range: 0-N`); undefined where nobody says. */
async function uploadState(push: BlobPush, location: URL): Promise<Upload | undefined> {
  const { host, subject, signal } = push;
  try {
    const response = await host.send({
      subject,
      method: "GET",
      target: location,
      scopes: scopesOf(push),
      accept: isSuccess,
      signal,
      once: true,
    });
    await response.body.dump();
    const offset = receivedBytes(response);
    const next = nextLocation(push, response, location);
    if (offset === undefined) return undefined;
    return { location: next, offset, leastChunk: leastChunk(response), resumed: true };
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) throw error;
    return undefined;
  }
}

/** How many bytes the registry has; undefined when it does not say. Some registries write `0-0` for nothing yet. */
function receivedBytes(response: HttpResponse): number | undefined {
  const end = /^(?:bytes=)?0-(\d+)$/.exec(response.header("range") ?? "")?.[1];
  return end === undefined || end === "0" ? undefined : Number(end) + 1;
}

/** The least size of a chunk but the last, in bytes (distribution-spec, OCI-Chunk-Min-Length). */
function leastChunk(response: HttpResponse): number {
  const length = Number(response.header("oci-chunk-min-length") ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
