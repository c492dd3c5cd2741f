import { collectBytes } from "../digest/collect-bytes.ts";
import { checkedDigest, digestOf, matchesDigest } from "../digest/digest.ts";
import { verifyStream } from "../digest/verify-stream.ts";
import { ImageSpecError, isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpResponse } from "../http/http-transport.ts";
import type { RetryOptions } from "../http/retry-policy.ts";
import { type Descriptor, MEDIA_TYPES } from "../image/descriptor.ts";
import { MAX_MANIFEST_BYTES } from "../image/parse-manifest.ts";
import type { CallOptions, ImageSink, ImageSource, ManifestBytes, OpenBlob, ReadBlobOptions } from "../image/store.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import { isDigest, isTag } from "../reference/reference-grammar.ts";
import { pullBlob } from "./pull-blob.ts";
import { pushBlob } from "./push-blob.ts";
import type { RegistryEvent } from "./registry-event.ts";
import type { Subject } from "./registry-fault.ts";
import type { RegistryHost } from "./registry-host.ts";

/** What HEAD says of a manifest; a registry may leave any of it out. */
export interface ManifestHead {
  digest?: string;
  mediaType?: string;
}

export interface RegistryRepositoryOptions {
  reference: ImageReference;
  host: RegistryHost;
  /** Read from here instead: `path` is the repository's path there. */
  mirror: { name: string; host: RegistryHost; path: string } | undefined;
  retry: RetryOptions;
  onEvent: ((event: RegistryEvent) => void) | undefined;
}

const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
].join(", ");

/** One repository of a registry: images are read from it and written to it. Made by `RegistryClient.repository`. */
export class RegistryRepository implements ImageSource, ImageSink {
  /** `registry/repository`. */
  readonly name: string;
  readonly registry: string;
  /** Path below the registry. */
  readonly repository: string;
  readonly #options: RegistryRepositoryOptions;

  constructor(options: RegistryRepositoryOptions) {
    this.#options = options;
    this.registry = options.reference.registry;
    this.repository = options.reference.repository;
    this.name = options.reference.name;
  }

  /** Whether a manifest is there, without fetching it; undefined is 404. A registry without HEAD is asked by GET. */
  async headManifest(tagOrDigest: string, options: CallOptions = {}): Promise<ManifestHead | undefined> {
    const call = this.#manifestCall("HEAD", tagOrDigest, options);
    const response = await call.host.send({ ...call, accept: [200, 404, 405] });
    await response.body.dump();
    if (response.status === 404) return undefined;
    if (response.status === 405) {
      const { digest, mediaType } = await this.getManifest(tagOrDigest, options);
      return { digest, mediaType };
    }
    const digest = response.header("docker-content-digest");
    const mediaType = contentType(response);
    return {
      ...(digest === undefined ? {} : { digest: checkedDigest(digest, this.#whole(tagOrDigest)) }),
      ...(mediaType === undefined ? {} : { mediaType }),
    };
  }

  async getManifest(tagOrDigest: string, options: CallOptions = {}): Promise<ManifestBytes> {
    try {
      return await this.#fetchManifest(tagOrDigest, options);
    } catch (error) {
      // A proxy in between may have cut or mixed up one answer: ask once more.
      if (!isImageSpecError(error, "E_DIGEST_MISMATCH")) throw error;
      return this.#fetchManifest(tagOrDigest, options);
    }
  }

  async *getBlob(descriptor: Descriptor, options: ReadBlobOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { host, path, mirror } = this.#readFrom();
    const digest = checkedDigest(descriptor.digest, this.name);
    const { size } = descriptor;
    const subject = this.#subject(`read ${digest} of ${this.name}`, mirror);
    this.#options.onEvent?.({ type: "pull", name: this.name, digest, size, status: "started" });
    const content = pullBlob({
      host,
      path: `/v2/${path}/blobs/${digest}`,
      scopes: [`repository:${path}:pull`],
      subject,
      descriptor,
      retry: this.#options.retry,
      signal: options.signal,
    });
    yield* options.unchecked ? content : verifyStream(content, descriptor, this.name);
    this.#options.onEvent?.({ type: "pull", name: this.name, digest, size, status: "done" });
  }

  async hasBlob(descriptor: Descriptor, options: CallOptions = {}): Promise<boolean> {
    const digest = checkedDigest(descriptor.digest, this.name);
    const response = await this.#options.host.send({
      subject: this.#subject(`look for ${digest} in ${this.name}`),
      method: "HEAD",
      target: `/v2/${this.repository}/blobs/${digest}`,
      scopes: [this.#pushScope()],
      accept: [200, 404, 405],
      signal: options.signal,
    });
    await response.body.dump();
    return response.status === 200;
  }

  /** Throws E_REFERENCE when `mountFrom` is no repository; one of another registry is left unused. */
  async putBlob(
    descriptor: Descriptor,
    open: OpenBlob,
    options: CallOptions & { mountFrom?: string } = {},
  ): Promise<void> {
    const digest = checkedDigest(descriptor.digest, this.name);
    const from = options.mountFrom === undefined ? undefined : parseReference(options.mountFrom);
    const tell = (status: (RegistryEvent & { type: "push" })["status"]) =>
      this.#options.onEvent?.({ type: "push", name: this.name, digest, size: descriptor.size, status });
    const isThere = () => this.hasBlob(descriptor, options);
    if (await isThere()) return tell("exists");
    tell("started");
    const how = await pushBlob({
      host: this.#options.host,
      repository: this.repository,
      subject: this.#subject(`upload ${digest} to ${this.name}`),
      descriptor,
      open,
      mountFrom: from?.registry === this.registry ? from.repository : undefined,
      retry: this.#options.retry,
      signal: options.signal,
      isThere,
    });
    tell(how);
  }

  async putManifest(manifest: ManifestBytes, options: CallOptions & { tag?: string } = {}): Promise<void> {
    const digest = checkedDigest(manifest.digest, this.name);
    const { tag } = options;
    const response = await this.#options.host.send({
      subject: this.#subject(`write the manifest ${this.#whole(tag ?? digest)}`),
      method: "PUT",
      target: `/v2/${this.repository}/manifests/${tag === undefined ? digest : this.#checkedName(tag)}`,
      scopes: [this.#pushScope()],
      headers: { "content-type": manifest.mediaType },
      body: () => manifest.bytes,
      accept: [200, 201, 202],
      signal: options.signal,
    });
    await response.body.dump();
    const stored = response.header("docker-content-digest");
    if (stored !== undefined && stored !== digest) {
      throw new ImageSpecError(
        "E_DIGEST_MISMATCH",
        `${this.registry} stored ${this.#whole(tag ?? digest)} as ${stored.slice(0, 100)}`,
        {
          hint: "The registry, or a proxy before it, changes manifests; images cannot be pinned there.",
          details: { registry: this.registry, repository: this.name, digest },
        },
      );
    }
    if (tag !== undefined) this.#options.onEvent?.({ type: "tagged", name: this.name, tag, digest });
  }

  /**
   * Removes a tag and not what it points to (distribution-spec, "Deleting tags"). False where the registry does not
   * do that; refused credentials are E_REGISTRY_AUTH.
   */
  async deleteTag(tag: string, options: CallOptions = {}): Promise<boolean> {
    const response = await this.#options.host.send({
      subject: this.#subject(`remove the tag ${this.#whole(tag)}`),
      method: "DELETE",
      target: `/v2/${this.repository}/manifests/${this.#checkedName(tag)}`,
      scopes: [`repository:${this.repository}:delete,pull,push`],
      accept: [200, 202, 204, 400, 404, 405, 501],
      signal: options.signal,
    });
    await response.body.dump();
    return response.status < 300;
  }

  async #fetchManifest(tagOrDigest: string, options: CallOptions): Promise<ManifestBytes> {
    const call = this.#manifestCall("GET", tagOrDigest, options);
    const response = await call.host.send({ ...call, accept: [200] });
    const whole = this.#whole(tagOrDigest);
    const bytes = await collectBytes(response.body, MAX_MANIFEST_BYTES, `The manifest of ${whole}`);
    const stated = response.header("docker-content-digest");
    const expected = [isDigest(tagOrDigest) ? tagOrDigest : undefined, stated].filter((value) => value !== undefined);
    for (const digest of expected) {
      if (matchesDigest(bytes, checkedDigest(digest, whole))) continue;
      throw new ImageSpecError("E_DIGEST_MISMATCH", `The manifest of ${whole} is ${digestOf(bytes)}, not ${digest}`, {
        hint: "Run it again; if it stays so, the registry or something between here and there changes content.",
        details: { registry: this.registry, repository: this.name, digest },
      });
    }
    return {
      bytes,
      digest: expected[0] ?? digestOf(bytes),
      mediaType: contentType(response) ?? ownMediaType(bytes) ?? MEDIA_TYPES.ociManifest,
    };
  }

  #manifestCall(method: "GET" | "HEAD", tagOrDigest: string, options: CallOptions) {
    const { host, path, mirror } = this.#readFrom();
    return {
      host,
      subject: this.#subject(`read the manifest of ${this.#whole(tagOrDigest)}`, mirror),
      method,
      target: `/v2/${path}/manifests/${this.#checkedName(tagOrDigest)}`,
      scopes: [`repository:${path}:pull`],
      headers: { accept: ACCEPT },
      signal: options.signal,
    };
  }

  #readFrom(): { host: RegistryHost; path: string; mirror?: string } {
    const { mirror, host } = this.#options;
    return mirror ? { host: mirror.host, path: mirror.path, mirror: mirror.name } : { host, path: this.repository };
  }

  #subject(action: string, mirror?: string): Subject {
    return { registry: this.registry, name: this.name, action, mirror };
  }

  #pushScope(): string {
    return `repository:${this.repository}:pull,push`;
  }

  #whole(tagOrDigest: string): string {
    return `${this.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
  }

  #checkedName(tagOrDigest: string): string {
    if (isTag(tagOrDigest) || isDigest(tagOrDigest)) return tagOrDigest;
    throw new ImageSpecError("E_REFERENCE", `"${tagOrDigest}" is neither a tag nor a digest (asked of ${this.name})`, {
      hint: "A tag has at most 128 letters, digits, _, . and -; a digest is sha256: and 64 lower-case hex digits.",
    });
  }
}

function contentType(response: HttpResponse): string | undefined {
  const type = response.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  // What servers say that do not know: the document itself then tells.
  return type === "" || type === "application/json" || type === "application/octet-stream" || type?.startsWith("text/")
    ? undefined
    : type;
}

function ownMediaType(bytes: Uint8Array): string | undefined {
  try {
    const { mediaType } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { mediaType?: unknown };
    return typeof mediaType === "string" ? mediaType : undefined;
  } catch {
    return undefined;
  }
}
