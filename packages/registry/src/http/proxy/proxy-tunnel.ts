import type { ClientRequestArgs, IncomingMessage } from "node:http";
import type { AgentOptions } from "node:https";
import type { Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { LateError } from "../message/late-error.ts";
import { http, https } from "../message/node-http.ts";
import { proxyAddress, proxyAuthorization } from "./proxy-address.ts";
import { ProxyError } from "./proxy-error.ts";

type Connected = (error: Error | null, socket: Duplex) => void;

/** Keeps TLS connections through the tunnels that a proxy makes (CONNECT; RFC 9110, 9.3.6). */
export class TunnelAgent extends https().Agent {
  readonly #proxy: URL;
  readonly #connectTimeoutMs: number;

  /** `connectTimeoutMs`: what the proxy has to make a connection. */
  constructor(proxy: URL, connectTimeoutMs: number, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  override createConnection(target: ClientRequestArgs, connected?: Connected): undefined {
    this.#open(`${target.host}:${target.port}`).then(
      (socket) => {
        const through = { ...target, socket };
        const secured = super.createConnection(through);
        if (secured) connected?.(null, secured);
      },
      // Its type demands a stream, which nobody reads beside an error.
      (error) => connected?.(error, new PassThrough()),
    );
  }

  async #open(authority: string): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const { secureContext } = this.options;
    const request = (this.#proxy.protocol === "https:" ? https() : http).request({
      ...proxyAddress(this.#proxy),
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...proxyAuthorization(this.#proxy) },
      agent: false,
      ...(secureContext !== undefined && { secureContext }),
    });
    // Of the whole answer, since one that comes byte by byte is none.
    const late = new LateError(`no tunnel in ${this.#connectTimeoutMs} ms`);
    const timer = setTimeout(() => request.destroy(late), this.#connectTimeoutMs);
    request.once("connect", ({ statusCode }: IncomingMessage, socket: Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new ProxyError(this.#proxy, statusCode));
    });
    request.once("error", (error) => reject(new ProxyError(this.#proxy, undefined, error)));
    request.end();
    return promise.finally(() => clearTimeout(timer));
  }
}
