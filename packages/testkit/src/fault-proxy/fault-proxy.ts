import { once } from "node:events";
import {
  Agent,
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { exchangeOf, type HttpExchange } from "../http-exchange.ts";
import { listen } from "../listen.ts";
import { type Fault, type FaultRule, faultScript } from "./fault-rule.ts";

/** A request that passed the proxy, with the fault that met it. */
export interface FaultExchange extends HttpExchange {
  fault?: Fault;
}

/** A running proxy. Closing it ends its connections. */
export interface FaultProxy {
  /** `localhost:PORT`, to be used in image references instead of the target's. */
  readonly host: string;
  readonly url: string;
  readonly exchanges: FaultExchange[];
  /** Replaces the rules; counting starts over. */
  script(rules: readonly FaultRule[]): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Stands between a client and `target` (`http://localhost:5000`) and makes scripted requests fail in the ways networks
 * and servers do. Requests no rule meets pass unchanged, with the client's Host, so that the target's URLs lead back
 * here.
 */
export async function faultProxy(target: string, rules: readonly FaultRule[] = []): Promise<FaultProxy> {
  let faultOf = faultScript(rules);
  const exchanges: FaultExchange[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const exchange: FaultExchange = exchangeOf(request);
    const fault = faultOf(exchange.method, exchange.path);
    if (fault) exchange.fault = fault;
    exchanges.push(exchange);
    new Passage({ request, response, exchange, fault: fault ?? {}, target, agent })
      .run()
      .catch(() => response.destroy());
  });
  const { host, close: closeServer } = await listen(server);
  const close = () => {
    agent.destroy();
    return closeServer();
  };
  return {
    host,
    url: `http://${host}`,
    exchanges,
    script: (next) => {
      faultOf = faultScript(next);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface PassageOptions {
  request: IncomingMessage;
  response: ServerResponse;
  exchange: FaultExchange;
  fault: Fault;
  target: string;
  agent: Agent;
}

/** One request on its way through. */
class Passage {
  readonly #options: PassageOptions;
  readonly #hasBody: boolean;

  constructor(options: PassageOptions) {
    this.#options = options;
    const { headers } = options.request;
    this.#hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
  }

  async run(): Promise<void> {
    const { request, response, exchange, fault } = this.#options;
    const { delay, status, redirect, stall, headers = {} } = fault;
    if (delay !== undefined) await sleep(delay);
    if (redirect !== undefined)
      return this.#answer(307, { location: redirect.replace("{path}", exchange.path), ...headers });
    if (status !== undefined) return this.#answer(status, headers);
    if (stall === true) {
      request.resume();
      await once(response, "close");
      return;
    }
    if (fault.duplicate) return this.#twice();
    const upstream = this.#upstream();
    const answered = once(upstream, "response") as Promise<[IncomingMessage]>;
    answered.catch(() => undefined); // awaited below, unless sending fails first
    if (!(await this.#send(upstream))) return;
    const [incoming] = await answered;
    await this.#receive(incoming);
  }

  #upstream(): ClientRequest {
    const { request, response, exchange, target, agent } = this.#options;
    const { hostname: host, port } = new URL(target);
    const headers = request.headers as OutgoingHttpHeaders;
    const upstream = httpRequest({ host, port, method: request.method, path: exchange.path, headers, agent });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    return upstream;
  }

  /** Passes the request's body on; false when the fault ended the passage. */
  async #send(upstream: ClientRequest): Promise<boolean> {
    const { request, exchange, fault } = this.#options;
    const { resetAt, corruptAt } = fault;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      const from = exchange.bytesIn;
      exchange.bytesIn += chunk.length;
      let passed = corruptAt === undefined ? chunk : corrupted(chunk, corruptAt - from);
      const broken = this.#hasBody && resetAt !== undefined && exchange.bytesIn >= resetAt;
      if (broken) passed = passed.subarray(0, Math.max(0, resetAt - from));
      await new Promise<void>((resolve, reject) =>
        upstream.write(passed, (error) => (error ? reject(error) : resolve())),
      );
      if (broken) {
        upstream.destroy();
        request.socket.resetAndDestroy();
        return false;
      }
    }
    upstream.end();
    return true;
  }

  async #receive(incoming: IncomingMessage): Promise<void> {
    const { request, response, exchange, fault } = this.#options;
    const { resetAt, truncateAt, corruptAt, stall, append } = fault;
    const headers = merged(incoming.headers as Record<string, string>, fault.headers ?? {});
    if (append !== undefined) delete headers["content-length"];
    exchange.status = incoming.statusCode ?? 0;
    response.writeHead(incoming.statusCode ?? 502, headers);
    response.flushHeaders();
    const end = Math.min(
      ...[this.#hasBody ? undefined : resetAt, truncateAt, stall].map((at) => Number(at ?? Infinity)),
    );
    const write = async (chunk: Buffer) => {
      exchange.bytesOut += chunk.length;
      if (!response.write(chunk)) await once(response, "drain");
    };
    if (end > 0)
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        const room = end - exchange.bytesOut;
        const at = corruptAt === undefined || this.#hasBody ? -1 : corruptAt - exchange.bytesOut;
        await write(corrupted(chunk, at).subarray(0, Math.min(room, chunk.length)));
        if (chunk.length >= room) break;
      }
    if (exchange.bytesOut < end || end === Infinity) {
      if (append !== undefined) await write(Buffer.from(append));
      response.end();
      return;
    }
    incoming.destroy();
    if (stall !== undefined) {
      await once(response, "close");
      return;
    }
    // What was written must be on the wire before the connection goes.
    await sleep(20);
    if (truncateAt === undefined) request.socket.resetAndDestroy();
    else request.socket.destroySoon();
  }

  async #twice(): Promise<void> {
    const body = await buffer(this.#options.request);
    this.#options.exchange.bytesIn = body.length;
    const passOnce = async () => {
      const upstream = this.#upstream();
      upstream.end(body);
      return ((await once(upstream, "response")) as [IncomingMessage])[0];
    };
    for await (const _chunk of await passOnce());
    await this.#receive(await passOnce());
  }

  #answer(status: number, headers: Record<string, string | null>): void {
    const { request, response, exchange, fault } = this.#options;
    const body = fault.body ?? "";
    exchange.status = status;
    exchange.bytesOut = Buffer.byteLength(body);
    response.writeHead(status, merged({ "content-length": `${Buffer.byteLength(body)}` }, headers));
    response.end(request.method === "HEAD" ? "" : body);
    request.resume();
  }
}

function merged(headers: Record<string, string | string[]>, over: Record<string, string | null>) {
  const result = { ...headers };
  for (const [name, value] of Object.entries(over)) {
    if (value === null) delete result[name.toLowerCase()];
    else result[name.toLowerCase()] = value;
  }
  return result;
}

function corrupted(chunk: Buffer, at: number): Buffer {
  if (at < 0 || at >= chunk.length) return chunk;
  const copy = Buffer.from(chunk);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
