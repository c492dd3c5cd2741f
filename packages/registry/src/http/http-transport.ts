import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { proxyFor } from "./proxy-for.ts";
import { trustedAuthorities } from "./trusted-authorities.ts";
import { watchedBody } from "./watched-body.ts";

export interface HttpRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers?: Record<string, string>;
  /** A stream needs `content-length` among the headers. */
  body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  url: URL;
  status: number;
  /** One header; several of a name are joined with `, `. */
  header(name: string): string | undefined;
  body: Readable & { dump(options?: { limit: number }): Promise<void> };
}

export interface TransportOptions {
  env?: NodeJS.ProcessEnv;
  /** Milliseconds without a byte, in either direction, after which a request fails. Default 60 000. */
  idleTimeoutMs?: number;
  /** Milliseconds to connect, TLS handshake included. Default 15 000. */
  connectTimeoutMs?: number;
}

/** HTTP/1.1 requests with idle timeouts, over the proxies and certificate authorities the environment names. Follows no redirect. */
export class HttpTransport {
  readonly idleTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();

  constructor(options: TransportOptions = {}) {
    this.#env = options.env ?? process.env;
    this.idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
    this.connectTimeoutMs = options.connectTimeoutMs ?? 15_000;
  }

  /** Sends one request; resolves with the head of the answer. Rejects with the error of socket or timeout as it is. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { url, method, headers = {}, body } = request;
    const stall = new AbortController();
    const signals = [stall.signal, ...(request.signal ? [request.signal] : [])];
    const isStream = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    const dispatcher = await this.#dispatcher(url);
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { "user-agent": "imagespec", ...headers },
      body: isStream ? (watchedBody(body, this.idleTimeoutMs, stall) as unknown as Readable) : (body ?? null),
      signal: signals.length === 1 ? stall.signal : AbortSignal.any(signals),
      headersTimeout: this.idleTimeoutMs,
      bodyTimeout: this.idleTimeoutMs,
    });
    return {
      url,
      status: answer.statusCode,
      header: (name) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
      body: answer.body as HttpResponse["body"],
    };
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map(async (dispatcher) => (await dispatcher).close()));
    this.#dispatchers.clear();
  }

  #dispatcher(url: URL): Promise<Dispatcher> {
    const proxy = proxyFor(url, this.#env);
    const key = proxy === undefined ? "" : `${url.protocol}${proxy}`;
    const made = this.#dispatchers.get(key) ?? this.#makeDispatcher(url, proxy);
    this.#dispatchers.set(key, made);
    return made;
  }

  async #makeDispatcher(url: URL, proxy: string | undefined): Promise<Dispatcher> {
    const ca = trustedAuthorities(this.#env);
    const connect = { timeout: this.connectTimeoutMs, ...(ca === undefined ? {} : { ca }) };
    // Loaded at the first request: a program that only computes a tag makes none.
    const { Agent, ProxyAgent } = await import("undici");
    if (proxy === undefined) return new Agent({ connect });
    // A plain request is handed to the proxy as it is: many refuse CONNECT to other ports than 443.
    const proxyTunnel = url.protocol === "https:";
    return new ProxyAgent({ uri: proxy, proxyTunnel, requestTls: connect, proxyTls: connect });
  }
}
