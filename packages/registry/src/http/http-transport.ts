import type { SecureContext } from "node:tls";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import type { DirectConnections } from "./direct-connections.ts";
import type { GeneralClient } from "./general-client.ts";
import type { HttpRequest, HttpResponse, LargeBody } from "./message/http-message.ts";
import { UnframedAnswer } from "./message/unframed-answer.ts";
import { proxyFor } from "./proxy/proxy-for.ts";
import { trustedAuthorities } from "./trusted-authorities.ts";

/** What every request carries: without a word about codings a server may compress what is checked by its digest. */
const HEADERS = { "user-agent": "imagespec", "accept-encoding": "identity" };

/** How an `HttpTransport` connects. */
export interface TransportOptions {
  /** For proxies and certificate authorities. Default: process.env. */
  env?: ProcessEnvironment | undefined;
  /** Milliseconds without a byte, in either direction, after which a request fails. Default 60 000. */
  idleTimeoutMs?: number | undefined;
  /** Milliseconds to connect, TLS handshake included. Default 15 000. */
  connectTimeoutMs?: number | undefined;
  /** Hosts, with port, whose certificates are not checked. Default: none. */
  isInsecure?: ((host: string) => boolean) | undefined;
}

/**
 * HTTP/1.1 requests with idle timeouts, over the proxies and certificate authorities the environment names. Follows no
 * redirect.
 */
export class HttpTransport {
  readonly idleTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly #env: ProcessEnvironment;
  readonly #isInsecure: (host: string) => boolean;
  #trusted: Promise<SecureContext | undefined> | undefined;
  // Loaded at the first request: a program that only computes a tag makes none.
  #direct: Promise<DirectConnections> | undefined;
  #general: Promise<GeneralClient> | undefined;

  constructor(options: TransportOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#isInsecure = options.isInsecure ?? (() => false);
    this.idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
    this.connectTimeoutMs = options.connectTimeoutMs ?? 15_000;
  }

  /**
   * Sends one request; resolves with the head of the answer. Rejects with the error of socket or timeout as it is, with
   * a ProxyError, or with E_OPTIONS for a proxy that cannot be used and E_INPUT_FILE for certificate authorities.
   */
  async send(asked: HttpRequest): Promise<HttpResponse> {
    const request = { ...asked, headers: { ...HEADERS, ...asked.headers } };
    const proxy = proxyFor(request.url, this.#env);
    const direct = request.largeBody && proxy === undefined && (await this.#sendDirectly(request, request.largeBody));
    if (direct) return direct;
    this.#general ??= import("./general-client.ts").then(({ GeneralClient }) => new GeneralClient(this));
    const insecure = this.#isInsecure(request.url.host);
    const secureContext = await this.#authorities(request.url.protocol, proxy);
    return (await this.#general).send(request, { proxy, secureContext, insecure });
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    for (const client of [await this.#direct, await this.#general]) client?.close();
  }

  /** The answer without the general client; undefined where that must be asked, as for bodies of no stated length. */
  async #sendDirectly(
    request: HttpRequest & { headers: Record<string, string> },
    { memory }: LargeBody,
  ): Promise<HttpResponse | undefined> {
    const { url, headers, signal } = request;
    if (request.method !== "GET") return undefined;
    this.#direct ??= import("./direct-connections.ts").then(({ DirectConnections }) => new DirectConnections(this));
    try {
      const answer = await (await this.#direct).get({
        url,
        headers,
        signal: signal ?? new AbortController().signal,
        memory,
        secureContext: await this.#authorities(url.protocol),
        insecure: this.#isInsecure(url.host),
      });
      const { status, headers: given } = await answer.head;
      return { url, status, header: (name) => given.get(name), body: answer };
    } catch (error) {
      if (error instanceof UnframedAnswer) return undefined;
      throw error;
    }
  }

  /** What is trusted, where the host or a proxy before it may speak TLS. */
  async #authorities(protocol: string, proxy?: string): Promise<SecureContext | undefined> {
    if (protocol === "http:" && proxy === undefined) return undefined;
    this.#trusted ??= trustedAuthorities(this.#env);
    return this.#trusted;
  }
}
