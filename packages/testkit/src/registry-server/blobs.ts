import { type Answer, type Call, digestHeader } from "./call.ts";
import { checkedDigest } from "./content-digest.ts";
import { RegistryFault, unknownBlob } from "./registry-fault.ts";

/** `/v2/<name>/blobs/<digest>`: HEAD, GET with ranges (RFC 9110, section 14), DELETE. */
export async function answerBlob(call: Call): Promise<Answer> {
  const digest = checkedDigest(call.subject);
  const size = call.repository.blobs.has(digest) ? await call.content.size(digest) : undefined;
  switch (call.method) {
    case "HEAD":
      if (call.quirks.blobHead === false) throw new RegistryFault(405, "UNSUPPORTED", "HEAD of blobs is off");
      if (size === undefined) throw unknownBlob(digest);
      return { status: 200, headers: blobHeaders(call, digest, size) };
    case "GET": {
      if (size === undefined) throw unknownBlob(digest);
      const range = requestedRange(call.headers.range, size);
      if (range === undefined)
        return { status: 200, headers: blobHeaders(call, digest, size), body: call.content.read(digest) };
      return {
        status: 206,
        headers: {
          ...blobHeaders(call, digest, range.end - range.start + 1),
          "content-range": `bytes ${range.start}-${range.end}/${size}`,
        },
        body: call.content.read(digest, range),
      };
    }
    case "DELETE":
      if (!call.repository.blobs.delete(digest)) throw unknownBlob(digest);
      return { status: 202 };
    default:
      throw new RegistryFault(405, "UNSUPPORTED", `${call.method} of a blob`);
  }
}

function blobHeaders(call: Call, digest: string, length: number): Record<string, string | number> {
  return {
    "content-type": "application/octet-stream",
    "content-length": length,
    "accept-ranges": "bytes",
    ...digestHeader(call, digest),
  };
}

/** One `bytes=` range; several ranges or another unit are answered whole, as RFC 9110 allows. */
function requestedRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const suffix = match[1] === "";
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start > end || start >= size)
    throw new RegistryFault(416, "RANGE_INVALID", `${header} of ${size} bytes`, { "content-range": `bytes */${size}` });
  return { start, end };
}
