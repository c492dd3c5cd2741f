import type { HttpResponse } from "../http/message/http-message.ts";
import { isRetriedStatus } from "../http/retry-policy.ts";

/** 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * 404, and statuses that tell nothing but that the method is not served: not those about credentials, rate limits or
 * server errors.
 */
export function refusesHead(status: number): boolean {
  if (isSuccess(status)) return status !== 200;
  if (status === 501 || status === 505) return true;
  return status >= 400 && status < 500 && status !== 401 && status !== 407 && !isRetriedStatus(status);
}

/** What Docker-Content-Digest says; some registries send it empty, and proxies in front of them twice. */
export function statedDigest(response: HttpResponse): string | undefined {
  const said = response.header("docker-content-digest")?.split(",") ?? [];
  return [...new Set(said.map((part) => part.trim()))].join(", ") || undefined;
}

/**
 * False where the answer to a HEAD states another size, in bytes, than the content has: what is there was cut off or
 * mixed up. 0 is what servers state that do not know the size for a HEAD, and a size below a content coding is another
 * one.
 */
export function mayHaveSize(response: HttpResponse, size: number): boolean {
  const stated = response.header("content-length");
  const coding = response.header("content-encoding") ?? "identity";
  if (stated === undefined || !/^\d+$/.test(stated) || coding.toLowerCase() !== "identity") return true;
  return Number(stated) === 0 || Number(stated) === size;
}

/**
 * The media type an answer states; undefined for those that are no vendor's, which servers of files send for content
 * they know nothing of (application/json, binary/octet-stream, text/plain).
 */
export function contentType(response: HttpResponse): string | undefined {
  const type = response.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  return type?.startsWith("application/vnd.") ? type : undefined;
}
