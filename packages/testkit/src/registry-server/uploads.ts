import { type Answer, type Call, digestHeader } from "./call.ts";
import { checkedDigest } from "./content-digest.ts";
import { RegistryFault, unknownUpload } from "./registry-fault.ts";
import type { Upload } from "./repository.ts";

/**
 * `/v2/<name>/blobs/uploads/...`: sessions, chunks, monolithic uploads, mounts (distribution-spec, "Pushing blobs").
 */
export async function answerUpload(call: Call): Promise<Answer> {
  const id = call.subject.replace(/^uploads\/?/, "");
  if (id === "") {
    if (call.method === "POST") return openUpload(call);
    throw new RegistryFault(405, "UNSUPPORTED", `${call.method} of the uploads`);
  }
  const upload = call.repository.uploads.get(id);
  if (upload === undefined) throw unknownUpload(id);
  if (call.quirks.uploadQuery !== undefined && !call.query.toString().includes(call.quirks.uploadQuery))
    throw new RegistryFault(400, "BLOB_UPLOAD_INVALID", "the location's query did not come back");
  switch (call.method) {
    case "GET":
      return { status: 204, headers: { ...uploadHeaders(call, upload), "content-length": 0 } };
    case "PATCH":
      await receive(call, upload, false);
      return { status: 202, headers: uploadHeaders(call, upload) };
    case "PUT":
      return finish(call, upload);
    case "DELETE":
      call.repository.uploads.delete(id);
      await upload.draft.discard();
      return { status: 204 };
    default:
      throw new RegistryFault(405, "UNSUPPORTED", `${call.method} of an upload`);
  }
}

async function openUpload(call: Call): Promise<Answer> {
  const mount = call.query.get("mount");
  if (mount !== null && call.quirks.mount !== false) {
    const digest = checkedDigest(mount);
    const from = call.query.get("from");
    // Without `from` a registry may look anywhere (distribution-spec, "Mounting a blob from another repository").
    const sources = from === null ? [...call.repositories.values()] : [call.repositories.get(from)];
    if (sources.some((source) => source?.blobs.has(digest))) return kept(call, digest);
  }
  const digest = call.query.get("digest");
  if (digest !== null) checkedDigest(digest);
  const upload = call.repository.openUpload(await call.content.begin());
  if (digest !== null && call.quirks.monolithicPost !== false) return finish(call, upload);
  for await (const _chunk of call.body); // a body nobody asked for is read and dropped
  return { status: 202, headers: { ...uploadHeaders(call, upload), "docker-upload-uuid": upload.id } };
}

async function finish(call: Call, upload: Upload): Promise<Answer> {
  const digest = checkedDigest(call.query.get("digest"));
  await receive(call, upload, true);
  call.repository.uploads.delete(upload.id);
  if (!(await upload.draft.commit(digest)))
    throw new RegistryFault(400, "DIGEST_INVALID", `what was uploaded is not ${digest}`);
  return kept(call, digest);
}

function kept(call: Call, digest: string): Answer {
  call.repository.blobs.add(digest);
  return {
    status: 201,
    headers: { location: located(call, `/v2/${call.name}/blobs/${digest}`), ...digestHeader(call, digest) },
  };
}

/** Appends the body. What arrived before a broken connection stays, so that the client can resume. */
async function receive(call: Call, upload: Upload, last: boolean): Promise<void> {
  const header = call.headers["content-range"];
  const range = /^(?:bytes )?(\d+)-(\d+)(?:\/.*)?$/.exec(header ?? "");
  const refuse = (why: string) => new RegistryFault(416, "BLOB_UPLOAD_INVALID", why, uploadHeaders(call, upload));
  if (header !== undefined && !range) throw refuse(`Content-Range ${header}`);
  if (range && Number(range[1]) !== upload.draft.size)
    throw refuse(`the chunk begins at ${range[1]}, the upload is at ${upload.draft.size}`);
  const length = call.headers["content-length"];
  const least = call.quirks.chunkMinLength;
  if (!last && least !== undefined && length !== undefined && Number(length) < least)
    throw refuse(`a chunk of ${length} bytes is below ${least}`);
  for await (const chunk of call.body) await upload.draft.write(chunk);
}

function uploadHeaders(call: Call, upload: Upload): Record<string, string> {
  const query = call.quirks.uploadQuery;
  return {
    location: located(call, `/v2/${call.name}/blobs/uploads/${upload.id}${query === undefined ? "" : `?${query}`}`),
    ...(call.quirks.uploadRange === false ? {} : { range: `0-${Math.max(0, upload.draft.size - 1)}` }),
    ...(call.quirks.chunkMinLength === undefined ? {} : { "oci-chunk-min-length": `${call.quirks.chunkMinLength}` }),
  };
}

function located(call: Call, path: string): string {
  return call.quirks.relativeLocation ? path : `${call.origin}${path}`;
}
