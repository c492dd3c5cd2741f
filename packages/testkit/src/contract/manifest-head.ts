/** Every kind of manifest: registries answer 404 for one whose kind is not asked for. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** What a registry without password, over plain http, has under `host/name:tag`: status and digest. */
export async function manifestHead(reference: string): Promise<{ status: number; digest: string | undefined }> {
  const slash = reference.indexOf("/");
  const colon = reference.lastIndexOf(":");
  const path = `${reference.slice(slash + 1, colon)}/manifests/${reference.slice(colon + 1)}`;
  const url = `http://${reference.slice(0, slash)}/v2/${path}`;
  const response = await fetch(url, { method: "HEAD", headers: { accept: ACCEPT } });
  return { status: response.status, digest: response.headers.get("docker-content-digest") ?? undefined };
}
