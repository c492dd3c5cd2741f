import { ImageSpecError } from "../errors/image-spec-error.ts";
import { networkFault } from "../http/network-fault.ts";
import { RetryBudget, type RetryOptions } from "../http/retry-policy.ts";
import type { Descriptor } from "../image/descriptor.ts";
import type { PieceMemory } from "../pieces/piece-memory.ts";
import type { Subject } from "./registry-fault.ts";
import { aborted, unreachable } from "./registry-fault.ts";
import type { RegistryHost } from "./registry-host.ts";

export interface BlobPull {
  host: RegistryHost;
  path: string;
  scopes: string[];
  subject: Subject;
  descriptor: Descriptor;
  retry: RetryOptions;
  signal: AbortSignal | undefined;
  memory: PieceMemory | undefined;
}

/** From so many bytes on, reading them costs more than another connection. */
const LARGE_BODY = 256 * 1024;
/** Bytes that a try has to bring for the count of tries to start again: one that drips has brought some, too. */
const HEADWAY = 64 * 1024;

/**
 * The bytes of a blob, not checked yet. A broken connection is resumed where it broke (Range), so that the reader sees
 * one stream. Foreign `urls` of the descriptor are never fetched.
 */
export async function* pullBlob(pull: BlobPull): AsyncGenerator<Uint8Array, void, undefined> {
  const { host, path, scopes, subject, descriptor, signal } = pull;
  const budget = new RetryBudget(pull.retry);
  let offset = 0;
  for (;;) {
    let failure: { error: ImageSpecError; timeout: boolean };
    const before = offset;
    const response = await host.send({
      subject,
      method: "GET",
      target: path,
      scopes,
      headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
      accept: offset === 0 ? [200] : [200, 206],
      signal,
      largeBody: descriptor.size - offset < LARGE_BODY ? undefined : { memory: pull.memory },
    });
    // A registry without ranges sends the whole blob again; the part that was passed on already is dropped.
    let skip = response.status === 206 ? 0 : offset;
    const expected = descriptor.size - (offset - skip);
    const length = response.header("content-length");
    const isOther = response.status === 206 && rangeStart(response.header("content-range")) !== offset;
    if (isOther || (length !== undefined && Number(length) !== expected)) {
      response.body.destroy();
      const announced = isOther ? "another part of it" : `${length} bytes`;
      throw mismatch(subject, descriptor, `the registry announces ${announced} where ${expected} are to come`);
    }
    try {
      for await (const chunk of response.body) {
        const dropped = Math.min(skip, chunk.length);
        skip -= dropped;
        if (dropped === chunk.length) continue;
        const piece = dropped === 0 ? chunk : chunk.subarray(dropped);
        offset += piece.length;
        yield piece;
      }
      if (offset >= descriptor.size) return;
      failure = { error: mismatch(subject, descriptor, `the stream ended after ${offset} bytes`), timeout: false };
    } catch (cause) {
      if (signal?.aborted) throw aborted(subject.action, cause);
      const fault = networkFault(cause);
      if (fault === undefined) throw cause;
      const at = await host.subjectAt(subject, response.url);
      failure = { error: unreachable(at, fault, budget.failures + 1, cause), timeout: fault.kind === "timeout" };
    }
    if (offset - before >= HEADWAY) budget.progressed();
    const wait = budget.next(failure);
    if (wait === undefined) throw failure.error;
    await host.pause({ subject, signal }, failure.error, budget.failures, wait);
  }
}

function rangeStart(header: string | undefined): number {
  return Number(/^bytes (\d+)-/.exec(header ?? "")?.[1] ?? Number.NaN);
}

function mismatch(subject: Subject, descriptor: Descriptor, what: string): ImageSpecError {
  return new ImageSpecError(
    "E_DIGEST_MISMATCH",
    `${subject.name}: ${descriptor.digest} has ${descriptor.size} bytes, ${what}`,
    {
      hint: "Run it again; if it persists, the image is broken in the registry: push it again.",
      details: { registry: subject.registry, repository: subject.name, digest: descriptor.digest },
    },
  );
}
