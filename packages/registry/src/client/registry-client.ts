import type { CredentialStore } from "../credentials/credential.ts";
import { dockerCredentials } from "../credentials/docker-credentials.ts";
import { HttpTransport } from "../http/http-transport.ts";
import { isLoopback } from "../http/loopback.ts";
import { probeScheme } from "../http/probe-scheme.ts";
import type { RetryOptions } from "../http/retry-policy.ts";
import { type ImageReference, parseReference } from "../reference/parse-reference.ts";
import { type Mirrors, mirrorOf, parseMirrors } from "./mirrors.ts";
import type { RegistryEvent } from "./registry-event.ts";
import { RegistryHost } from "./registry-host.ts";
import { RegistryRepository } from "./registry-repository.ts";

export interface RegistryClientOptions {
  /** Default: what docker and podman have (`dockerCredentials`). */
  credentials?: CredentialStore;
  /** For proxies, certificate authorities, credentials and IMAGESPEC_REGISTRY_MIRRORS. Default: process.env. */
  env?: NodeJS.ProcessEnv;
  /** Hosts that are read from in place of others; default: IMAGESPEC_REGISTRY_MIRRORS. Names in references and messages stay. */
  mirrors?: Mirrors;
  /** Hosts, with port, that may be spoken to without TLS, beside this machine itself. */
  insecure?: readonly string[];
  retry?: RetryOptions;
  /** Milliseconds without a byte after which a request fails; default 60 000. */
  idleTimeoutMs?: number;
  /** Milliseconds to connect; default 15 000. */
  connectTimeoutMs?: number;
  onEvent?: (event: RegistryEvent) => void;
}

export interface RepositoryOptions {
  /** False: ask the registry itself even when it has a mirror. What was just pushed is not in a mirror. Default true. */
  mirror?: boolean;
}

/** A client of OCI registries. One for a whole program: it keeps connections and tokens. */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #credentials: CredentialStore;
  readonly #mirrors: Mirrors;
  readonly #transport: HttpTransport;
  readonly #hosts = new Map<string, RegistryHost>();
  readonly #bases = new Map<string, Promise<URL>>();

  constructor(options: RegistryClientOptions = {}) {
    this.#options = options;
    this.#env = options.env ?? process.env;
    this.#credentials = options.credentials ?? dockerCredentials({ env: this.#env });
    this.#mirrors = options.mirrors ?? parseMirrors(this.#env.IMAGESPEC_REGISTRY_MIRRORS);
    const { idleTimeoutMs, connectTimeoutMs } = options;
    this.#transport = new HttpTransport({
      env: this.#env,
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    });
  }

  /** A repository by name (`localhost:5000/team/app`; a tag or digest is left out). Throws E_REFERENCE. */
  repository(name: string | ImageReference, options: RepositoryOptions = {}): RegistryRepository {
    const reference = typeof name === "string" ? parseReference(name) : name;
    const { registry, repository } = reference;
    const mirror = options.mirror === false ? undefined : mirrorOf(registry, repository, this.#mirrors);
    return new RegistryRepository({
      reference,
      host: this.#host(registry, repository),
      onEvent: this.#options.onEvent,
      retry: this.#options.retry ?? {},
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
    const made = new RegistryHost({
      name: registry,
      base: () => this.#base(registry),
      transport: this.#transport,
      credential: () => this.#credentials.get(registry, { repository }),
      plainAllowed: (host) => this.#plainAllowed(host),
      retry: this.#options.retry ?? {},
      onEvent: this.#options.onEvent,
    });
    this.#hosts.set(key, made);
    return made;
  }

  #plainAllowed(host: string): boolean {
    return isLoopback(host) || (this.#options.insecure ?? []).includes(host);
  }

  /** A registry's address: https, or http where that is allowed and TLS is not spoken. */
  #base(registry: string): Promise<URL> {
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    const known = this.#bases.get(host);
    if (known !== undefined) return known;
    const made = this.#plainAllowed(host)
      ? probeScheme(host, this.#transport.connectTimeoutMs).then((scheme) => new URL(`${scheme}://${host}`))
      : Promise.resolve(new URL(`https://${host}`));
    this.#bases.set(host, made);
    return made;
  }
}
