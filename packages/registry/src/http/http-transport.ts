import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { PieceMemory } from "../pieces/piece-memory.ts";
import { UnframedAnswer } from "./direct-answer.ts";
import { DirectConnections } from "./direct-connections.ts";
import { proxyFailure } from "./proxy-error.ts";
import { proxyFor } from "./proxy-for.ts";
import { trustedAuthorities } from "./trusted-authorities.ts";
import { watchedBody } from "./watched-body.ts";

const USER_AGENT = "imagespec";

/** One HTTP request. */
export interface HttpRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers?: Record<string, string> | undefined;
  /** A stream needs `content-length` among the headers. */
  body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
  signal?: AbortSignal | undefined;
  /** Set for a GET whose body is probably large: it is read in large pieces, past the general client where that can be. */
  largeBody?: LargeBody | undefined;
}

/** How a large body is read. */
export interface LargeBody {
  /** Where its pieces are read into; by default each has memory of its own. */
  memory?: PieceMemory | undefined;
}

/** The body of an answer, to be read to its end, dumped or destroyed. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** Reads and drops it; gives it up beyond `limit` bytes. */
  dump(options?: { limit: number }): Promise<void>;
  destroy(): void;
}

/** The head of an answer, and its body. */
export interface HttpResponse {
  url: URL;
  status: number;
  /** One header; several of a name are joined with `, `. */
  header(name: string): string | undefined;
  body: ResponseBody;
}

/** How an `HttpTransport` connects. */
export interface TransportOptions {
  /** For proxies and certificate authorities. Default: process.env. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Milliseconds without a byte, in either direction, after which a request fails. Default 60 000. */
  idleTimeoutMs?: number | undefined;
  /** Milliseconds to connect, TLS handshake included. Default 15 000. */
  connectTimeoutMs?: number | undefined;
  /** Hosts, with port, whose certificates are not checked. Default: none. */
  isInsecure?: ((host: string) => boolean) | undefined;
}

/** HTTP/1.1 requests with idle timeouts, over the proxies and certificate authorities the environment names. Follows no redirect. */
export class HttpTransport {
  readonly idleTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #isInsecure: (host: string) => boolean;
  readonly #dispatchers = new Map<string, Promise<Dispatcher>>();
  #trusted: Promise<string[] | undefined> | undefined;
  #direct: DirectConnections | undefined;

  constructor(options: TransportOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#isInsecure = options.isInsecure ?? (() => false);
    this.idleTimeoutMs = options.idleTimeoutMs ?? 60_000;
    this.connectTimeoutMs = options.connectTimeoutMs ?? 15_000;
  }

  /**
   * Sends one request; resolves with the head of the answer. Rejects with the error of socket or timeout as it is, with a
   * ProxyError, or with E_OPTIONS for a proxy that cannot be used and E_INPUT_FILE for certificate authorities.
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { url, method, headers = {}, body } = request;
    const direct = request.largeBody && (await this.#sendDirectly(request, request.largeBody));
    if (direct !== undefined) return direct;
    const stall = new AbortController();
    const signals = [stall.signal, ...(request.signal ? [request.signal] : [])];
    const isStream = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    const proxy = proxyFor(url, this.#env);
    const dispatcher = await this.#dispatcher(url, proxy);
    const signal = signals.length === 1 ? stall.signal : AbortSignal.any(signals);
    const sent = dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { "user-agent": USER_AGENT, ...headers },
      body: isStream ? (watchedBody(body, this.idleTimeoutMs, stall) as unknown as Readable) : (body ?? null),
      signal,
      headersTimeout: this.idleTimeoutMs,
      bodyTimeout: this.idleTimeoutMs,
    });
    const answer = await sent.catch((error) => {
      throw proxy === undefined ? error : proxyFailure(error, proxy, signal.aborted);
    });
    // A reader sees the error; without one (the body was destroyed unread) it must not end the process.
    answer.body.on("error", () => undefined);
    return {
      url,
      status: answer.statusCode,
      header: (name) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
      body: answer.body as ResponseBody,
    };
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    this.#direct?.close();
    await Promise.all([...this.#dispatchers.values()].map(async (dispatcher) => (await dispatcher).close()));
    this.#dispatchers.clear();
  }

  /** The answer without the general client; undefined where that must be asked: behind a proxy, and for bodies of no stated length. */
  async #sendDirectly(request: HttpRequest, { memory }: LargeBody): Promise<HttpResponse | undefined> {
    const { url, headers, signal } = request;
    if (request.method !== "GET" || proxyFor(url, this.#env) !== undefined) return undefined;
    this.#direct ??= new DirectConnections(this);
    try {
      const answer = await this.#direct.get({
        url,
        headers: { "user-agent": USER_AGENT, ...headers },
        signal: signal ?? new AbortController().signal,
        memory,
        ca: await this.#authorities(),
        insecure: this.#isInsecure(url.host),
      });
      const { status, headers: given } = await answer.head;
      return { url, status, header: (name) => given.get(name), body: answer };
    } catch (error) {
      if (error instanceof UnframedAnswer) return undefined;
      throw error;
    }
  }

  #authorities(): Promise<string[] | undefined> {
    this.#trusted ??= trustedAuthorities(this.#env);
    return this.#trusted;
  }

  #dispatcher(url: URL, proxy: string | undefined): Promise<Dispatcher> {
    const insecure = this.#isInsecure(url.host);
    const key = `${insecure}${proxy === undefined ? "" : `${url.protocol}${proxy}`}`;
    const dispatcher = this.#dispatchers.get(key) ?? this.#makeDispatcher(url, proxy, insecure);
    this.#dispatchers.set(key, dispatcher);
    return dispatcher;
  }

  async #makeDispatcher(url: URL, proxy: string | undefined, insecure: boolean): Promise<Dispatcher> {
    const ca = await this.#authorities();
    const trusted = { timeout: this.connectTimeoutMs, ...(ca === undefined ? {} : { ca }) };
    const connect = { ...trusted, ...(insecure ? { rejectUnauthorized: false } : {}) };
    // Loaded at the first request: a program that only computes a tag makes none.
    const { Agent, ProxyAgent } = await import("undici");
    if (proxy === undefined) return new Agent({ connect });
    // A plain request goes to the proxy as it is, since many refuse CONNECT to ports other than 443.
    const proxyTunnel = url.protocol === "https:";
    return new ProxyAgent({ uri: checkedProxy(proxy), proxyTunnel, requestTls: connect, proxyTls: trusted });
  }
}

function checkedProxy(proxy: string): string {
  const url = URL.parse(proxy);
  if (url !== null && /^https?:$/.test(url.protocol)) return proxy;
  throw new ImageSpecError("E_OPTIONS", `The proxy '${proxy}' is not an http or https address`, {
    hint: "Write HTTPS_PROXY=http://host:port, or unset it.",
  });
}
