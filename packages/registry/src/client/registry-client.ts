import type { CredentialStore } from "../credentials/credential.ts";
import { dockerCredentials } from "../credentials/docker-credentials.ts";
import { HttpTransport } from "../http/http-transport.ts";
import { probeScheme } from "../http/probe-scheme.ts";
import type { RetryOptions } from "../http/retry-policy.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import { isLoopback } from "../reference/loopback.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import { insecureRegistries, namesHost } from "./insecure-registries.ts";
import { type Mirrors, mirrorOf, parseMirrors } from "./mirrors.ts";
import type { RegistryEvent } from "./registry-event.ts";
import { RegistryHost } from "./registry-host.ts";
import { RegistryRepository } from "./registry-repository.ts";

/** How a client reaches registries. */
export interface RegistryClientOptions {
  /** Default: what docker and podman have (`dockerCredentials`). */
  credentials?: CredentialStore | undefined;
  /**
   * For proxies, certificate authorities, credentials, IMAGESPEC_REGISTRY_MIRRORS and IMAGESPEC_INSECURE_REGISTRIES.
   * Default: process.env.
   */
  env?: ProcessEnvironment | undefined;
  /**
   * Hosts that are read from in place of others; default: IMAGESPEC_REGISTRY_MIRRORS. Names in references and messages
   * stay.
   */
  mirrors?: Mirrors | undefined;
  /**
   * Hosts (`registry.lan:5000`; without a port, all of its ports) that may be spoken to without TLS, and whose
   * certificates are not checked; beside those of IMAGESPEC_INSECURE_REGISTRIES. This machine itself may always be
   * spoken to without TLS.
   */
  insecure?: readonly string[] | undefined;
  /**
   * Bytes a chunk of an upload has; by default a blob goes in one request, in chunks only once that was too large
   * (413).
   */
  chunkSize?: number | undefined;
  /** Tries, and waits between them. */
  retry?: RetryOptions | undefined;
  /** Milliseconds without a byte after which a request fails; default 60 000. */
  idleTimeoutMs?: number | undefined;
  /** Milliseconds to connect; default 15 000. */
  connectTimeoutMs?: number | undefined;
  /** Called for everything the client does. */
  onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** How a repository is read. */
export interface RepositoryOptions {
  /**
   * False: ask the registry itself even when it has a mirror. What was just pushed is not in a mirror. Default true.
   */
  mirror?: boolean | undefined;
  /**
   * What tokens are asked for to read; a registry may refuse `pull` alone where nothing was pushed yet. Default `pull`.
   */
  access?: "pull" | "push" | undefined;
}

/** A client of OCI registries. One for a whole program: it keeps connections and tokens. */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #env: ProcessEnvironment;
  readonly #credentials: CredentialStore;
  readonly #mirrors: Mirrors;
  readonly #insecure: readonly string[];
  readonly #transport: HttpTransport;
  readonly #hosts = new Map<string, RegistryHost>();
  readonly #bases = new Map<string, Promise<URL>>();

  constructor(options: RegistryClientOptions = {}) {
    this.#options = options;
    this.#env = options.env ?? process.env;
    this.#credentials = options.credentials ?? dockerCredentials({ env: this.#env });
    this.#mirrors = options.mirrors ?? parseMirrors(this.#env.IMAGESPEC_REGISTRY_MIRRORS);
    this.#insecure = [...(options.insecure ?? []), ...insecureRegistries(this.#env.IMAGESPEC_INSECURE_REGISTRIES)];
    const { idleTimeoutMs, connectTimeoutMs } = options;
    const isInsecure = (host: string) => namesHost(this.#insecure, host);
    this.#transport = new HttpTransport({ env: this.#env, idleTimeoutMs, connectTimeoutMs, isInsecure });
  }

  /**
   * A repository by name (`localhost:5000/team/app`; a tag or digest is left out).
   *
   * @throws ImageSpecError E_REFERENCE.
   */
  repository(name: string | ImageReference, options: RepositoryOptions = {}): RegistryRepository {
    const reference = typeof name === "string" ? parseReference(name) : name;
    const { registry, repository } = reference;
    const mirror = options.mirror === false ? undefined : mirrorOf(registry, repository, this.#mirrors);
    return new RegistryRepository({
      reference,
      host: this.#host(registry, repository),
      onEvent: this.#options.onEvent,
      retry: this.#options.retry ?? {},
      access: options.access ?? "pull",
      chunkSize: this.#options.chunkSize,
      mirror:
        mirror === undefined
          ? undefined
          : {
              name: mirror.registry,
              host: this.#host(mirror.registry, mirror.repository),
              path: mirror.repository,
            },
    });
  }

  /** Closes idle connections; calls under way end first. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #host(registry: string, repository: string): RegistryHost {
    // One per repository: podman's credentials may be for a part of a registry.
    const key = `${registry}/${repository}`;
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const host = new RegistryHost({
      name: registry,
      base: () => this.#base(registry),
      transport: this.#transport,
      credential: (signal) => this.#credentials.get(registry, { repository, signal }),
      plainAllowed: (host) => this.#plainAllowed(host),
      retry: this.#options.retry ?? {},
      onEvent: this.#options.onEvent,
    });
    this.#hosts.set(key, host);
    return host;
  }

  #plainAllowed(host: string): boolean {
    return isLoopback(host) || namesHost(this.#insecure, host);
  }

  /** A registry's address: https, or http where that is allowed and TLS is not spoken. */
  #base(registry: string): Promise<URL> {
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    const known = this.#bases.get(host);
    if (known !== undefined) return known;
    const address = this.#plainAllowed(host)
      ? probeScheme(host, this.#transport.connectTimeoutMs).then((scheme) => new URL(`${scheme}://${host}`))
      : Promise.resolve(new URL(`https://${host}`));
    this.#bases.set(host, address);
    return address;
  }
}
