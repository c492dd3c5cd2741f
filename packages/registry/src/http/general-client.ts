import type { Agent } from "node:http";
import type { SecureContext } from "node:tls";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { exchange, type Route } from "./exchange.ts";
import type { HttpRequest, HttpResponse } from "./message/http-message.ts";
import { http, https } from "./message/node-http.ts";
import { proxyAddress, proxyAuthorization } from "./proxy/proxy-address.ts";
import { ProxyError } from "./proxy/proxy-error.ts";

/** Milliseconds a connection without a request is kept. */
const KEPT_MS = 4000;

/** How connections are made. */
export interface GeneralOptions {
  idleTimeoutMs: number;
  connectTimeoutMs: number;
}

/** How one host is reached. */
export interface Way {
  /** Address of the proxy to ask. */
  proxy: string | undefined;
  /** Holds the certificate authorities to trust instead of Node's. */
  secureContext: SecureContext | undefined;
  /** True: certificates are not checked. */
  insecure: boolean;
}

/** Requests of all kinds over connections that are kept, directly or through a proxy. */
export class GeneralClient {
  readonly #options: GeneralOptions;
  readonly #agents = new Map<string, Agent>();

  constructor(options: GeneralOptions) {
    this.#options = options;
  }

  /**
   * The head of the answer. Rejects with what broke it off, a ProxyError where the proxy did, E_OPTIONS for one that
   * cannot be used.
   */
  async send(request: HttpRequest, way: Way): Promise<HttpResponse> {
    const proxy = way.proxy === undefined ? undefined : checkedProxy(way.proxy);
    const route = await this.#route(request.url, way, proxy);
    const response = await exchange(request, route).catch((error) => {
      throw proxy === undefined || request.signal?.aborted ? error : proxyFailure(error, proxy);
    });
    if (proxy !== undefined && response.status === 407) {
      response.body.destroy();
      throw new ProxyError(proxy, response.status);
    }
    return response;
  }

  /** Closes idle connections, and those that are busy once their request is over. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #route(url: URL, way: Way, proxy: URL | undefined): Promise<Route> {
    const secure = url.protocol === "https:";
    const path = url.pathname + url.search;
    const own = { ...this.#options, headers: {} };
    const agent = await this.#agent(secure, way, proxy);
    // A plain request goes to the proxy as it is, since many refuse CONNECT to ports other than 443.
    if (proxy === undefined || secure) return { ...own, secure, agent, address: { ...proxyAddress(url), path } };
    return {
      ...own,
      secure: proxy.protocol === "https:",
      agent,
      address: { ...proxyAddress(proxy), path: url.origin + path },
      headers: { host: url.host, ...proxyAuthorization(proxy) },
    };
  }

  async #agent(secure: boolean, { secureContext, insecure }: Way, proxy: URL | undefined): Promise<Agent> {
    const key = `${secure} ${insecure} ${proxy?.href ?? ""}`;
    // Loaded before an agent is looked for, so that two requests at a time share one.
    const tunnel = secure && proxy !== undefined ? await import("./proxy/proxy-tunnel.ts") : undefined;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const kept = { keepAlive: true, timeout: KEPT_MS };
    const trust = { ...kept, ...(secureContext !== undefined && { secureContext }) };
    const checked = { ...trust, ...(insecure && { rejectUnauthorized: false }) };
    let agent: Agent;
    if (tunnel && proxy) agent = new tunnel.TunnelAgent(proxy, this.#options.connectTimeoutMs, checked);
    else if (secure) agent = new (https().Agent)(checked);
    else agent = proxy?.protocol === "https:" ? new (https().Agent)(trust) : new http.Agent(kept);
    this.#agents.set(key, agent);
    return agent;
  }
}

/** A failed request as a ProxyError where the proxy is to blame; any other error as it is. */
function proxyFailure(error: unknown, proxy: URL): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  // The proxy connects to the target, so a refused connection or an unknown name here is the proxy's own.
  const own = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_.*)$/.test(code ?? "");
  return own ? new ProxyError(proxy, undefined, error) : error;
}

function checkedProxy(proxy: string): URL {
  const url = URL.parse(proxy);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new ImageSpecError("E_OPTIONS", `The proxy '${proxy}' is not an http or https address`, {
    hint: "Write HTTPS_PROXY=http://host:port, or unset it.",
  });
}
