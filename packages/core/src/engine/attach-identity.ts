import {
  type AttachedDocument,
  attachDocument,
  parseReference,
  RegistryClient,
  type RegistryRepository,
  uploadDocument,
} from "@imagespec/registry";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import type { BuildResult } from "../builder/builder.ts";
import { IDENTITY_TYPE, MAX_IDENTITY_BYTES, publishedIdentity } from "../explain/published-identity.ts";
import type { PreparedBuild } from "../request/prepare-build.ts";

/** Milliseconds that a build which is done waits for a registry to take its identity. */
const PATIENCE_MS = 20_000;

/** How an image's registry is reached. */
export interface IdentityAccess {
  client: RegistryClient;
  env: ProcessEnvironment;
}

/** What an image is made of, on its way to a place beside the image in its registry. */
export class IdentityAttachment {
  readonly #build: PreparedBuild;
  readonly #access: IdentityAccess;
  readonly #isOver = new AbortController();
  #bytes: Buffer | undefined;
  #upload: Promise<void> | undefined;

  constructor(build: PreparedBuild, access: IdentityAccess) {
    this.#build = build;
    this.#access = access;
  }

  /** Uploads it while the image is made, so that a build which is done waits for less. */
  begin(): void {
    const document = this.#document();
    if (document.bytes.length > MAX_IDENTITY_BYTES) return;
    const { reference, request } = this.#build;
    const signal = AbortSignal.any([request.signal, this.#isOver.signal]);
    this.#upload = uploadDocument(this.#repository(this.#access.client, reference), document, { signal });
    // Whatever keeps it from being uploaded is told once the image is there: it is tried again then.
    this.#upload.catch(() => {});
  }

  /** Ends an upload that a build which failed has left under way. */
  async close(): Promise<void> {
    this.#isOver.abort();
    await this.#upload?.catch(() => {});
  }

  /**
   * Attaches it to the image, which is in the registry by now.
   *
   * @throws Error for one that is too large, ImageSpecError as `attachDocument`.
   */
  async finish(result: BuildResult): Promise<void> {
    const { length } = this.#document().bytes;
    if (length > MAX_IDENTITY_BYTES)
      throw new Error(`it has ${length} bytes, and at most ${MAX_IDENTITY_BYTES} are kept`);
    const { insecureRegistries = [] } = result;
    if (insecureRegistries.length === 0) return this.#attach(this.#access.client, result);
    // The builder's own options let it speak to registries as nobody else may.
    const { credentials } = this.#build;
    const client = new RegistryClient({ credentials, env: this.#access.env, insecure: insecureRegistries });
    try {
      await this.#attach(client, result);
    } finally {
      await client.close();
    }
  }

  async #attach(client: RegistryClient, { reference: name, digest, manifest }: BuildResult): Promise<void> {
    const reference = parseReference(name);
    const image = digest ?? reference.digest ?? reference.tag ?? "latest";
    const subject = digest === undefined || manifest === undefined ? image : { digest, ...manifest };
    const signal = AbortSignal.any([this.#build.request.signal, AbortSignal.timeout(PATIENCE_MS)]);
    // A builder may have named its image otherwise.
    const upload = reference.name === parseReference(this.#build.reference).name ? this.#upload : undefined;
    await attachDocument(this.#repository(client, name), subject, this.#document(), { signal, upload });
  }

  #document(): AttachedDocument {
    this.#bytes ??= Buffer.from(publishedIdentity(this.#build.identity.document));
    return { type: IDENTITY_TYPE, bytes: this.#bytes };
  }

  /** What was just pushed is in no mirror. */
  #repository(client: RegistryClient, reference: string): RegistryRepository {
    return client.repository(reference, { mirror: false, access: "push" });
  }
}
