import { parseReference } from "@imagespec/registry";

/** Every kind of manifest: registries answer 404 for one whose kind is not asked for. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Asks a registry over plain http, without credentials, for `host/name:tag`: the answer's status and digest. */
export async function manifestHead(reference: string): Promise<{ status: number; digest: string | undefined }> {
  const { registry, repository, tag } = parseReference(reference);
  const url = `http://${registry}/v2/${repository}/manifests/${tag}`;
  const response = await fetch(url, { method: "HEAD", headers: { accept: ACCEPT } });
  return { status: response.status, digest: response.headers.get("docker-content-digest") ?? undefined };
}

/** Removes the image under `host/name:tag` by its digest, as far as it is there and the registry deletes. */
export async function deleteImage(reference: string): Promise<void> {
  const { registry, repository } = parseReference(reference);
  const { digest } = await manifestHead(reference);
  if (digest === undefined) return;
  await fetch(`http://${registry}/v2/${repository}/manifests/${digest}`, { method: "DELETE" });
}
