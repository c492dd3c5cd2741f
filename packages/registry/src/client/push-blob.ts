import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpResponse } from "../http/http-transport.ts";
import { isRetriedStatus, RetryBudget, type RetryOptions } from "../http/retry-policy.ts";
import type { Descriptor } from "../image/descriptor.ts";
import type { OpenBlob } from "../image/store.ts";
import type { Subject } from "./registry-fault.ts";
import type { RegistryHost } from "./registry-host.ts";

export interface BlobPush {
  host: RegistryHost;
  /** Path of the repository below the registry. */
  repository: string;
  subject: Subject;
  descriptor: Descriptor;
  open: OpenBlob;
  /** Path of another repository of the same registry that may hold the blob. */
  mountFrom: string | undefined;
  retry: RetryOptions;
  signal: AbortSignal | undefined;
  /** Whether the registry has it by now: an upload whose answer was lost may have succeeded. */
  isThere(): Promise<boolean>;
}

/**
 * Uploads a blob in one PUT (distribution-spec, pushing a blob monolithically: POST then PUT), or mounts it. An upload that
 * breaks goes on where the registry says it stands, else starts anew. Returns how it came there.
 */
export async function pushBlob(push: BlobPush): Promise<"mounted" | "done"> {
  const budget = new RetryBudget(push.retry);
  let session = await startUpload(push);
  let offset = 0;
  for (;;) {
    if (session === "mounted") return "mounted";
    try {
      await putContent(push, session, offset);
      return "done";
    } catch (error) {
      if (isRefusedDigest(error)) throw mismatch(push, error);
      const wait = isPassing(error) ? budget.next({ timeout: error.details.reason === "timeout" }) : undefined;
      if (wait === undefined || !isImageSpecError(error)) throw error;
      await push.host.pause(push, error, budget.failures, wait);
    }
    if (await push.isThere()) return "done";
    const state = await uploadState(push, session);
    // A registry that says nothing usable gets the whole again.
    if (state !== undefined && state.offset < push.descriptor.size) {
      if (state.offset > offset) budget.progressed();
      ({ session, offset } = state);
    } else {
      session = await startUpload({ ...push, mountFrom: undefined });
      offset = 0;
    }
  }
}

function isPassing(error: unknown): error is ImageSpecError {
  if (isImageSpecError(error, "E_REGISTRY_UNREACHABLE")) {
    return error.details.reason === "reset" || error.details.reason === "timeout";
  }
  if (!isImageSpecError(error, "E_REGISTRY")) return false;
  const { status } = error.details;
  // 404: the session is gone. 416: it stands elsewhere than we thought.
  return typeof status === "number" && (isRetriedStatus(status) || status === 404 || status === 416);
}

/** The registry found other bytes than the digest says (distribution-spec, error codes). */
function isRefusedDigest(error: unknown): boolean {
  return isImageSpecError(error, "E_REGISTRY") && [error.details.codes].flat().includes("DIGEST_INVALID");
}

function mismatch(push: BlobPush, cause: unknown): ImageSpecError {
  const { digest } = push.descriptor;
  return new ImageSpecError(
    "E_DIGEST_MISMATCH",
    `What was sent to ${push.subject.name} as ${digest} is something else`,
    {
      hint: "The content changed after its digest was taken, or on its way. Run it again.",
      cause,
      details: { registry: push.subject.registry, repository: push.subject.name, digest },
    },
  );
}

function scopesOf(push: BlobPush): string[] {
  return [`repository:${push.repository}:pull,push`];
}

async function startUpload(push: BlobPush): Promise<URL | "mounted"> {
  const { host, repository, subject, descriptor, mountFrom, signal } = push;
  const target = `/v2/${repository}/blobs/uploads/`;
  const call = { subject, method: "POST", headers: { "content-length": "0" }, signal } as const;
  if (mountFrom !== undefined && mountFrom !== repository) {
    const query = new URLSearchParams({ mount: descriptor.digest, from: mountFrom });
    try {
      const response = await host.send({
        ...call,
        target: `${target}?${query}`,
        scopes: [`repository:${mountFrom}:pull`, ...scopesOf(push)].sort(),
        accept: [201, 202],
      });
      await response.body.dump();
      return response.status === 201 ? "mounted" : nextLocation(push, response);
    } catch (error) {
      // Mounting is a shortcut: a registry that cannot, or does not let us read there, gets the bytes.
      const refused = isImageSpecError(error, "E_REGISTRY_AUTH") || isImageSpecError(error, "E_REGISTRY");
      if (!refused) throw error;
    }
  }
  const response = await host.send({ ...call, target, scopes: scopesOf(push), accept: [202] });
  await response.body.dump();
  return nextLocation(push, response);
}

function nextLocation(push: BlobPush, response: HttpResponse): URL {
  const location = response.header("location");
  if (location !== undefined) return push.host.checkedTarget(location, response.url, push.subject);
  throw new ImageSpecError(
    "E_REGISTRY",
    `${push.subject.registry} accepts an upload and does not say where to (no Location)`,
    {
      hint: "This is a fault of the registry, or of a proxy before it.",
      details: { registry: push.subject.registry, repository: push.subject.name },
    },
  );
}

async function putContent(push: BlobPush, session: URL, offset: number): Promise<void> {
  const { host, subject, descriptor, open, signal } = push;
  const target = new URL(session);
  target.searchParams.set("digest", descriptor.digest);
  const { size } = descriptor;
  const response = await host.send({
    subject,
    method: "PUT",
    target,
    scopes: scopesOf(push),
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(size - offset),
      ...(offset === 0 ? {} : { "content-range": `${offset}-${size - 1}` }),
    },
    body: () => (size === 0 ? new Uint8Array() : exactly(open(), offset, size, subject, descriptor.digest)),
    accept: [201, 202, 204],
    signal,
    once: true,
  });
  await response.body.dump();
}

/** Where a broken upload stands (distribution-spec: GET on the session, `Range: 0-N`); undefined when the registry does not say. */
async function uploadState(push: BlobPush, session: URL): Promise<{ session: URL; offset: number } | undefined> {
  const { host, subject, signal } = push;
  try {
    const response = await host.send({
      subject,
      method: "GET",
      target: session,
      scopes: scopesOf(push),
      accept: [200, 202, 204],
      signal,
      once: true,
    });
    await response.body.dump();
    const end = /^(?:bytes=)?0-(\d+)$/.exec(response.header("range") ?? "")?.[1];
    const location = response.header("location");
    // `0-0` is how registries write "nothing yet", too.
    if (end === undefined || end === "0") return undefined;
    const next = location === undefined ? session : push.host.checkedTarget(location, response.url, subject);
    return { session: next, offset: Number(end) + 1 };
  } catch (error) {
    if (isImageSpecError(error, "E_ABORTED")) throw error;
    return undefined;
  }
}

/** The bytes from `offset` on; E_DIGEST_MISMATCH when the source has not exactly `size` of them. */
async function* exactly(
  content: AsyncIterable<Uint8Array>,
  offset: number,
  size: number,
  subject: Subject,
  digest: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let seen = 0;
  for await (const chunk of content) {
    const from = Math.max(0, offset - seen);
    seen += chunk.length;
    if (seen > size) break;
    if (from < chunk.length) yield from === 0 ? chunk : chunk.subarray(from);
  }
  if (seen !== size) {
    throw new ImageSpecError(
      "E_DIGEST_MISMATCH",
      `${digest}, to be pushed to ${subject.name}, is not ${size} bytes long`,
      {
        hint: "The content changed after its digest was taken. Run it again.",
        details: { digest, size },
      },
    );
  }
}
