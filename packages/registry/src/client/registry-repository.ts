import { checkedDigest } from "../digest/digest.ts";
import { verifyStream } from "../digest/verify-stream.ts";
import { isImageSpecError } from "../errors/image-spec-error.ts";
import type { HttpResponse } from "../http/message/http-message.ts";
import type { RetryOptions } from "../http/retry-policy.ts";
import type { Descriptor } from "../image/descriptor.ts";
import type {
  CallOptions,
  ImageSink,
  ImageSource,
  ManifestBytes,
  OpenBlob,
  PutBlobOptions,
  ReadBlobOptions,
} from "../image/store.ts";
import { PieceMemory } from "../pieces/piece-memory.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import { contentType, mayHaveSize, refusesHead, statedDigest } from "./answer.ts";
import { listReferrers } from "./list-referrers.ts";
import { ACCEPT, checkedName, readManifest, writeManifest } from "./manifest-exchange.ts";
import { mayPush } from "./may-push.ts";
import { pullBlob } from "./pull-blob.ts";
import { pushBlob } from "./push-blob.ts";
import type { RegistryEvent } from "./registry-event.ts";
import type { Subject } from "./registry-fault.ts";
import type { RegistryHost } from "./registry-host.ts";

/** What HEAD says about a manifest; a registry may leave any of it out. */
export interface ManifestHead {
  digest?: string | undefined;
  mediaType?: string | undefined;
}

export interface RegistryRepositoryOptions {
  reference: ImageReference;
  host: RegistryHost;
  /** Read from here instead: `path` is the repository's path there. */
  mirror: { name: string; host: RegistryHost; path: string } | undefined;
  /** What tokens are asked for to read: `push` includes pulling. */
  access: "pull" | "push";
  /** Bytes a chunk of an upload has; undefined sends a blob in one request. */
  chunkSize: number | undefined;
  retry: RetryOptions;
  onEvent: ((event: RegistryEvent) => void) | undefined;
}

/** One repository of a registry: images are read from it and written to it. Made by `RegistryClient.repository`. */
export class RegistryRepository implements ImageSource, ImageSink {
  readonly memory = new PieceMemory();
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

  /**
   * Whether a manifest is there, without fetching it; undefined is 404. Where HEAD is refused, whatever the reason, GET
   * decides. Throws what `getManifest` throws.
   */
  async headManifest(tagOrDigest: string, options: CallOptions = {}): Promise<ManifestHead | undefined> {
    const call = this.#manifestCall("HEAD", tagOrDigest, options);
    const response = await call.host.send({ ...call, accept: (status) => status === 200 || refusesHead(status) });
    await response.body.dump();
    if (response.status === 404) return undefined;
    if (response.status !== 200) {
      const found = await this.findManifest(tagOrDigest, options);
      return found && { digest: found.digest, mediaType: found.mediaType };
    }
    const digest = statedDigest(response);
    const mediaType = contentType(response);
    return {
      digest: digest && checkedDigest(digest, this.#whole(tagOrDigest)),
      mediaType,
    };
  }

  /**
   * The manifest or index under a tag or a digest, checked by every digest that is stated.
   *
   * @throws ImageSpecError E_REGISTRY with details.status 404 when there is none, E_DIGEST_MISMATCH, E_REGISTRY_AUTH,
   * E_REGISTRY_UNREACHABLE, E_REFERENCE, E_ABORTED.
   */
  async getManifest(tagOrDigest: string, options: CallOptions = {}): Promise<ManifestBytes> {
    return this.#fetchManifest(tagOrDigest, options, [200]) as Promise<ManifestBytes>;
  }

  /** The same; undefined when the registry itself says that there is none. */
  async findManifest(tagOrDigest: string, options: CallOptions = {}): Promise<ManifestBytes | undefined> {
    return this.#fetchManifest(tagOrDigest, options, [200, 404]);
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
      scopes: this.#readScopes(path),
      subject,
      descriptor,
      retry: this.#options.retry,
      signal: options.signal,
      memory: options.memory,
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
      // A registry that refuses HEAD is sent the blob, and then says what is wrong.
      accept: (status) => status === 200 || refusesHead(status),
      signal: options.signal,
    });
    await response.body.dump();
    return response.status === 200 && mayHaveSize(response, descriptor.size);
  }

  /**
   * @throws ImageSpecError E_REFERENCE when `mountFrom` is not a repository; one of another registry is left unused.
   */
  async putBlob(descriptor: Descriptor, open: OpenBlob, options: PutBlobOptions = {}): Promise<void> {
    const digest = checkedDigest(descriptor.digest, this.name);
    const from = options.mountFrom === undefined ? undefined : parseReference(options.mountFrom);
    const tell = (status: (RegistryEvent & { type: "push" })["status"]) =>
      this.#options.onEvent?.({ type: "push", name: this.name, digest, size: descriptor.size, status });
    const isThere = () => this.hasBlob(descriptor, options);
    if (options.unasked !== true && (await isThere())) return tell("exists");
    tell("started");
    const how = await pushBlob({
      host: this.#options.host,
      repository: this.repository,
      subject: this.#writeSubject("blob", `upload ${digest} to ${this.name}`),
      descriptor,
      open,
      memory: this.memory,
      mountFrom: from?.registry === this.registry ? from.repository : undefined,
      chunkSize: this.#options.chunkSize,
      retry: this.#options.retry,
      signal: options.signal,
      isThere,
    });
    tell(how);
  }

  /**
   * Whether these credentials may push here, found out by opening an upload and giving it up. Throws what keeps us from
   * knowing, such as E_REGISTRY_UNREACHABLE.
   */
  mayPush(options: CallOptions = {}): Promise<boolean> {
    const subject = this.#writeSubject("blob", `push to ${this.name}`);
    const call = { subject, scopes: [this.#pushScope()], signal: options.signal };
    return mayPush(this.#options.host, `/v2/${this.repository}/blobs/uploads/`, call);
  }

  async putManifest(manifest: ManifestBytes, options: CallOptions & { tag?: string | undefined } = {}): Promise<void> {
    await this.#putManifest(manifest, options);
  }

  /**
   * Writes a manifest that has a `subject`, by its digest. False where the registry keeps no list of what refers to an
   * image (distribution-spec, "Pushing Manifests with Subject"): whoever writes it then keeps that list.
   */
  async putReferrer(manifest: ManifestBytes, options: CallOptions = {}): Promise<boolean> {
    return (await this.#putManifest(manifest, options)).header("oci-subject") !== undefined;
  }

  /**
   * What the registry says refers to a manifest, by type where one is given; undefined where it keeps no such list
   * (distribution-spec, "Listing Referrers"). Never asks a mirror, which may not know them.
   *
   * @throws ImageSpecError E_REGISTRY, E_REGISTRY_AUTH, E_REGISTRY_UNREACHABLE, E_REFERENCE, E_ABORTED.
   */
  listReferrers(
    digest: string,
    options: CallOptions & { artifactType?: string | undefined } = {},
  ): Promise<Descriptor[] | undefined> {
    const whole = this.#whole(checkedDigest(digest, this.name));
    const path = `/v2/${this.repository}/referrers/${digest}`;
    const subject = this.#subject(`list what refers to ${whole}`);
    const call = { subject, scopes: this.#readScopes(this.repository), signal: options.signal };
    return listReferrers(this.#options.host, call, { path, whole, artifactType: options.artifactType });
  }

  async #putManifest(
    manifest: ManifestBytes,
    options: CallOptions & { tag?: string | undefined },
  ): Promise<HttpResponse> {
    const digest = checkedDigest(manifest.digest, this.name);
    const { tag } = options;
    const whole = this.#whole(tag ?? digest);
    const call = {
      subject: this.#writeSubject("manifest", `write the manifest ${whole}`),
      scopes: [this.#pushScope()],
      signal: options.signal,
    };
    const name = tag === undefined ? digest : checkedName(tag, this.name);
    const path = `/v2/${this.repository}/manifests/`;
    const response = await writeManifest(this.#options.host, call, { manifest, path, name, whole, repository: this });
    if (tag !== undefined) this.#options.onEvent?.({ type: "tagged", name: this.name, tag, digest });
    return response;
  }

  /**
   * Removes a tag and not what it points to (distribution-spec, "Deleting tags"). False where the registry does not
   * do that; refused credentials are E_REGISTRY_AUTH.
   */
  async deleteTag(tag: string, options: CallOptions = {}): Promise<boolean> {
    const response = await this.#options.host.send({
      subject: this.#subject(`remove the tag ${this.#whole(tag)}`),
      method: "DELETE",
      target: `/v2/${this.repository}/manifests/${checkedName(tag, this.name)}`,
      scopes: [`repository:${this.repository}:delete,pull,push`],
      accept: [200, 202, 204, 400, 404, 405, 501],
      signal: options.signal,
    });
    await response.body.dump();
    return response.status < 300;
  }

  async #fetchManifest(
    tagOrDigest: string,
    options: CallOptions,
    accept: number[],
  ): Promise<ManifestBytes | undefined> {
    try {
      return await this.#fetchOnce(tagOrDigest, options, accept);
    } catch (error) {
      // A proxy may have truncated or mixed up one answer, so it is asked for once more.
      if (!isImageSpecError(error, "E_DIGEST_MISMATCH")) throw error;
      return this.#fetchOnce(tagOrDigest, options, accept);
    }
  }

  async #fetchOnce(tagOrDigest: string, options: CallOptions, accept: number[]): Promise<ManifestBytes | undefined> {
    const call = this.#manifestCall("GET", tagOrDigest, options);
    return call.host.receive({ ...call, accept }, async (response) => {
      if (response.status !== 404)
        return readManifest(response, { tagOrDigest, whole: this.#whole(tagOrDigest), repository: this });
      await response.body.dump();
      return undefined;
    });
  }

  #manifestCall(method: "GET" | "HEAD", tagOrDigest: string, options: CallOptions) {
    const { host, path, mirror } = this.#readFrom();
    return {
      host,
      subject: this.#subject(`read the manifest of ${this.#whole(tagOrDigest)}`, mirror),
      method,
      target: `/v2/${path}/manifests/${checkedName(tagOrDigest, this.name)}`,
      scopes: this.#readScopes(path),
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

  #writeSubject(writes: "blob" | "manifest", action: string): Subject {
    return { ...this.#subject(action), writes };
  }

  #readScopes(path: string): string[] {
    return [this.#options.access === "push" ? this.#pushScope() : `repository:${path}:pull`];
  }

  #pushScope(): string {
    return `repository:${this.repository}:pull,push`;
  }

  #whole(tagOrDigest: string): string {
    return `${this.name}${tagOrDigest.includes(":") ? "@" : ":"}${tagOrDigest}`;
  }
}
