import { type Answer, type Call, digestHeader } from "./call.ts";
import { algorithmOf, checkedDigest, digestOfBytes, isDigest } from "./content-digest.ts";
import { RegistryFault, unknownManifest } from "./registry-fault.ts";
import type { StoredManifest } from "./repository.ts";

/** Registries must take manifests up to this many bytes (distribution-spec, "Pushing Manifests"); we take no more. */
const MANIFEST_LIMIT = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** `/v2/<name>/manifests/<reference>`: HEAD, GET, PUT, DELETE. */
export async function answerManifest(call: Call, checkReferences: boolean): Promise<Answer> {
  const reference = call.subject;
  if (!TAG.test(reference)) checkedDigest(reference);
  switch (call.method) {
    case "HEAD":
    case "GET": {
      const manifest = call.repository.find(reference);
      if (manifest === undefined) throw unknownManifest(reference);
      return {
        status: 200,
        headers: {
          "content-type": manifest.mediaType,
          "content-length": manifest.bytes.length,
          ...digestHeader(call, manifest.digest),
        },
        body: manifest.bytes,
      };
    }
    case "PUT":
      return putManifest(call, reference, checkReferences);
    case "DELETE":
      return deleteManifest(call, reference);
    default:
      throw new RegistryFault(405, "UNSUPPORTED", `${call.method} of a manifest`);
  }
}

async function putManifest(call: Call, reference: string, checkReferences: boolean): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of call.body) {
    size += chunk.length;
    if (size > MANIFEST_LIMIT) throw new RegistryFault(413, "SIZE_INVALID", `a manifest above ${MANIFEST_LIMIT} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const digest = digestOfBytes(bytes, isDigest(reference) ? algorithmOf(reference) : "sha256");
  if (isDigest(reference) && reference !== digest)
    throw new RegistryFault(400, "DIGEST_INVALID", `what was put is ${digest}, not ${reference}`);
  const parsed = parseManifest(bytes, call.headers["content-type"]);
  if (checkReferences) await checkReferred(call, parsed);
  const manifest: StoredManifest = { mediaType: parsed.mediaType, bytes, digest };
  call.repository.manifests.set(digest, manifest);
  const tags = isDigest(reference) ? call.query.getAll("tag") : [reference];
  for (const tag of tags) {
    if (!TAG.test(tag)) throw new RegistryFault(400, "TAG_INVALID", `${JSON.stringify(tag)} is not a tag`);
    call.repository.tags.set(tag, digest);
  }
  const path = `/v2/${call.name}/manifests/${digest}`;
  return {
    status: 201,
    headers: {
      location: call.quirks.relativeLocation ? path : `${call.origin}${path}`,
      ...digestHeader(call, digest),
      ...(parsed.subject !== undefined && call.quirks.referrers !== false ? { "oci-subject": parsed.subject } : {}),
      ...(isDigest(reference) && tags.length > 0 ? { "oci-tag": tags.join(", ") } : {}),
    },
  };
}

async function deleteManifest(call: Call, reference: string): Promise<Answer> {
  if (!isDigest(reference)) {
    if (!call.repository.tags.delete(reference)) throw unknownManifest(reference);
    return { status: 202 };
  }
  if (!call.repository.manifests.delete(reference)) throw unknownManifest(reference);
  for (const [tag, digest] of call.repository.tags) if (digest === reference) call.repository.tags.delete(tag);
  return { status: 202 };
}

/** What of a manifest the registry acts on. */
interface ParsedManifest {
  mediaType: string;
  blobs: string[];
  children: string[];
  subject: string | undefined;
}

function parseManifest(bytes: Uint8Array, contentType: string | undefined): ParsedManifest {
  const invalid = (why: string) => new RegistryFault(400, "MANIFEST_INVALID", why);
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch {
    throw invalid("the manifest is not JSON");
  }
  if (typeof json !== "object" || json === null || json.schemaVersion !== 2) throw invalid("schemaVersion is not 2");
  const mediaType = contentType?.split(";")[0]?.trim() || (json.mediaType as string | undefined);
  if (!mediaType) throw invalid("no media type");
  if (json.mediaType !== undefined && json.mediaType !== mediaType)
    throw invalid(`Content-Type ${mediaType} is not the manifest's mediaType ${String(json.mediaType)}`);
  const digestIn = (value: unknown): string => {
    const { digest, size } = (value ?? {}) as { digest?: unknown; size?: unknown };
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw invalid("a descriptor without size");
    return checkedDigest(typeof digest === "string" ? digest : undefined);
  };
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  return {
    mediaType,
    blobs: [...(json.config === undefined ? [] : [json.config]), ...list(json.layers)]
      // Foreign layers are fetched from elsewhere and need not be here.
      .filter((descriptor) => list((descriptor as { urls?: unknown } | null)?.urls).length === 0)
      .map(digestIn),
    children: list(json.manifests).map(digestIn),
    subject: json.subject === undefined || json.subject === null ? undefined : digestIn(json.subject),
  };
}

async function checkReferred(call: Call, parsed: ParsedManifest): Promise<void> {
  for (const digest of parsed.blobs)
    if (!call.repository.blobs.has(digest) || (await call.content.size(digest)) === undefined)
      throw new RegistryFault(400, "MANIFEST_BLOB_UNKNOWN", `blob ${digest} unknown to ${call.name}`);
  for (const digest of parsed.children)
    if (!call.repository.manifests.has(digest))
      throw new RegistryFault(400, "MANIFEST_BLOB_UNKNOWN", `manifest ${digest} unknown to ${call.name}`);
}
