import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Layer } from "./layer.ts";

/** One platform of an image. */
export interface PlatformImage {
  architecture: string;
  layers: Layer[];
  /** The `config` object of the OCI image configuration. */
  config: Record<string, unknown>;
}

/** Where to push: `localhost:5000`, with an Authorization header if the registry requires one. */
export interface PushTarget {
  address: string;
  authorization?: string;
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

const OCI = "application/vnd.oci.image";

/**
 * Pushes an image of one platform (a manifest) or several (an index) under a tag; answers with its digest.
 * Deliberately not this repository's registry client: tests of its reading need an independent writer.
 */
export async function pushImage(
  target: PushTarget,
  name: string,
  tag: string,
  images: PlatformImage[],
): Promise<string> {
  const repository = `http://${target.address}/v2/${name}`;
  const headers = target.authorization === undefined ? {} : { authorization: target.authorization };
  const single = images.length === 1;
  const manifests: (Descriptor & { platform: object })[] = [];
  for (const { architecture, layers, config } of images) {
    for (const layer of layers) await pushBlob(repository, headers, layer.digest, () => readFile(layer.file));
    const rootfs = { type: "layers", diff_ids: layers.map((layer) => layer.diffId) };
    const history = layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "test services" }));
    const settings = bytes({ created: "1970-01-01T00:00:00Z", architecture, os: "linux", config, rootfs, history });
    await pushBlob(repository, headers, digestOf(settings), async () => settings);
    const manifest = bytes({
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, digest: digestOf(settings), size: settings.length },
      layers: layers.map(({ digest, size }) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, digest, size })),
    });
    const digest = digestOf(manifest);
    await pushManifest(repository, headers, single ? tag : digest, `${OCI}.manifest.v1+json`, manifest);
    const platform = { os: "linux", architecture };
    manifests.push({ mediaType: `${OCI}.manifest.v1+json`, digest, size: manifest.length, platform });
  }
  if (single) return manifests[0]?.digest ?? "";
  const index = bytes({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests });
  await pushManifest(repository, headers, tag, `${OCI}.index.v1+json`, index);
  return digestOf(index);
}

/** The digest of a tag in the registry, undefined where it has none. */
export async function digestInRegistry(target: PushTarget, name: string, tag: string): Promise<string | undefined> {
  const headers: Record<string, string> = { accept: `${OCI}.manifest.v1+json, ${OCI}.index.v1+json` };
  if (target.authorization !== undefined) headers.authorization = target.authorization;
  const response = await fetch(`http://${target.address}/v2/${name}/manifests/${tag}`, { method: "HEAD", headers });
  return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
}

type Headers = Record<string, string>;

async function pushBlob(repository: string, headers: Headers, digest: string, read: () => Promise<Buffer>) {
  const known = await fetch(`${repository}/blobs/${digest}`, { method: "HEAD", headers });
  if (known.ok) return;
  const started = await fetch(`${repository}/blobs/uploads/`, { method: "POST", headers });
  const location = started.headers.get("location");
  if (started.status !== 202 || location === null) throw await refusal("upload of a blob", started);
  const url = new URL(location, repository);
  url.searchParams.set("digest", digest);
  const type = { "content-type": "application/octet-stream" };
  const put = await fetch(url, { method: "PUT", headers: { ...headers, ...type }, body: new Uint8Array(await read()) });
  if (put.status !== 201) throw await refusal(`blob ${digest}`, put);
}

/**
 * Leaves a tag alone that names the manifest already: a registry on a file system empties the tag's file before it
 * writes it again, and answers 500 to whoever reads the tag meanwhile.
 */
async function pushManifest(repository: string, headers: Headers, reference: string, type: string, body: Buffer) {
  const accepting = { ...headers, accept: type };
  const known = await fetch(`${repository}/manifests/${reference}`, { method: "HEAD", headers: accepting });
  if (known.ok && known.headers.get("docker-content-digest") === digestOf(body)) return;
  const all = { ...headers, "content-type": type };
  const put = await fetch(`${repository}/manifests/${reference}`, {
    method: "PUT",
    headers: all,
    body: new Uint8Array(body),
  });
  if (put.status !== 201) throw await refusal(`manifest ${reference}`, put);
}

async function refusal(what: string, response: Response): Promise<Error> {
  return new Error(`${response.url} answered ${response.status} to the ${what}: ${await response.text()}`);
}

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const digestOf = (data: Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
