import type { Answer, Call } from "./call.ts";
import { checkedDigest } from "./content-digest.ts";
import { RegistryFault } from "./registry-fault.ts";
import type { StoredManifest } from "./repository.ts";

/** `/v2/<name>/tags/list`, in lexical order, with `n` and `last` (distribution-spec, "Listing Tags"). */
export function answerTags(call: Call): Answer {
  if (call.method !== "GET" || call.subject !== "list") throw new RegistryFault(404, "UNSUPPORTED", "no such listing");
  if (!call.repository.exists) throw new RegistryFault(404, "NAME_UNKNOWN", `repository ${call.name} unknown`);
  const n = call.query.get("n");
  const last = call.query.get("last");
  const after = [...call.repository.tags.keys()].sort().filter((tag) => last === null || tag > last);
  const page = n === null ? after : after.slice(0, Number(n));
  const end = page.at(-1);
  const more = page.length < after.length && end !== undefined;
  const next = `/v2/${call.name}/tags/list?n=${n}&last=${encodeURIComponent(end ?? "")}`;
  return {
    status: 200,
    headers: { "content-type": "application/json", ...(more ? { link: `<${next}>; rel="next"` } : {}) },
    body: JSON.stringify({ name: call.name, tags: page }),
  };
}

/** `/v2/<name>/referrers/<digest>`: an index of what has that digest as its subject (distribution-spec 1.1). */
export function answerReferrers(call: Call): Answer {
  if (call.method !== "GET" || call.quirks.referrers === false)
    throw new RegistryFault(404, "UNSUPPORTED", "no referrers API");
  const subject = checkedDigest(call.subject);
  const wanted = call.query.get("artifactType");
  const manifests = [...call.repository.manifests.values()]
    .map((manifest) => referrer(manifest, subject))
    .filter((descriptor) => descriptor !== undefined)
    .filter((descriptor) => wanted === null || descriptor.artifactType === wanted);
  const mediaType = "application/vnd.oci.image.index.v1+json";
  return {
    status: 200,
    headers: { "content-type": mediaType, ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }) },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests }),
  };
}

function referrer(manifest: StoredManifest, subject: string) {
  const json = JSON.parse(Buffer.from(manifest.bytes).toString()) as {
    subject?: { digest?: string };
    artifactType?: string;
    config?: { mediaType?: string };
    annotations?: Record<string, string>;
  };
  if (json.subject?.digest !== subject) return undefined;
  const artifactType = json.artifactType || json.config?.mediaType;
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(artifactType ? { artifactType } : {}),
    ...(json.annotations ? { annotations: json.annotations } : {}),
  };
}
