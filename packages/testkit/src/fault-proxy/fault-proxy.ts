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
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpExchange } from "../http-exchange.ts";
import { type Fault, type FaultRule, FaultScript } from "./fault-rule.ts";

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
  /** Replaces the rules; counting begins anew. */
  script(rules: readonly FaultRule[]): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Stands between a client and `target` (`http://localhost:5000`) and makes scripted requests fail in the ways networks
 * and servers do. Requests no rule meets pass unchanged, with the client's Host, so that the target's URLs lead back here.
 */
export async function faultProxy(target: string, rules: readonly FaultRule[] = []): Promise<FaultProxy> {
  let script = new FaultScript(rules);
  const exchanges: FaultExchange[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    const fault = script.next(method, url);
    const exchange: FaultExchange = { method, path: url, headers, at: Date.now(), bytesIn: 0, bytesOut: 0 };
    if (fault) exchange.fault = fault;
    exchanges.push(exchange);
    new Passage({ request, response, exchange, fault: fault ?? {}, target, agent })
      .run()
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      agent.destroy();
    });
  return {
    host,
    url: `http://${host}`,
    exchanges,
    script: (next) => {
      script = new FaultScript(next);
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
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #exchange: FaultExchange;
  readonly #fault: Fault;
  readonly #target: string;
  readonly #agent: Agent;
  readonly #hasBody: boolean;

  constructor({ request, response, exchange, fault, target, agent }: PassageOptions) {
    this.#request = request;
    this.#response = response;
    this.#exchange = exchange;
    this.#fault = fault;
    this.#target = target;
    this.#agent = agent;
    this.#hasBody = request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"]) > 0;
  }

  async run(): Promise<void> {
    const { delay, status, redirect, stall } = this.#fault;
    if (delay !== undefined) await sleep(delay);
    if (redirect !== undefined)
      return this.#answer(307, { location: redirect.replace("{path}", this.#exchange.path), ...this.#fault.headers });
    if (status !== undefined) return this.#answer(status, this.#fault.headers ?? {});
    if (stall === true) {
      this.#request.resume();
      await once(this.#response, "close");
      return;
    }
    if (this.#fault.duplicate) return this.#twice();
    const upstream = this.#upstream();
    const answered = once(upstream, "response") as Promise<[IncomingMessage]>;
    answered.catch(() => undefined); // awaited below, unless sending fails first
    if (!(await this.#send(upstream))) return;
    const [incoming] = await answered;
    await this.#receive(incoming);
  }

  #upstream(): ClientRequest {
    const { method, headers } = this.#request;
    const url = new URL(this.#target);
    const upstream = httpRequest({
      host: url.hostname,
      port: url.port,
      method,
      path: this.#exchange.path,
      headers: headers as OutgoingHttpHeaders,
      agent: this.#agent,
    });
    upstream.on("error", () => this.#response.destroy());
    this.#response.on("close", () => upstream.destroy());
    return upstream;
  }

  /** Passes the request's body on; false when the fault ended the passage. */
  async #send(upstream: ClientRequest): Promise<boolean> {
    const { resetAt, corruptAt } = this.#fault;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      const from = this.#exchange.bytesIn;
      this.#exchange.bytesIn += chunk.length;
      let passed = corruptAt === undefined ? chunk : corrupted(chunk, corruptAt - from);
      const broken = this.#hasBody && resetAt !== undefined && this.#exchange.bytesIn >= resetAt;
      if (broken) passed = passed.subarray(0, Math.max(0, resetAt - from));
      await new Promise<void>((resolve, reject) =>
        upstream.write(passed, (error) => (error ? reject(error) : resolve())),
      );
      if (broken) {
        upstream.destroy();
        this.#request.socket.resetAndDestroy();
        return false;
      }
    }
    upstream.end();
    return true;
  }

  async #receive(incoming: IncomingMessage): Promise<void> {
    const { resetAt, truncateAt, corruptAt, stall, append } = this.#fault;
    const headers = merged(incoming.headers as Record<string, string>, this.#fault.headers ?? {});
    if (append !== undefined) delete headers["content-length"];
    this.#exchange.status = incoming.statusCode ?? 0;
    this.#response.writeHead(incoming.statusCode ?? 502, headers);
    this.#response.flushHeaders();
    const end = Math.min(
      ...[this.#hasBody ? undefined : resetAt, truncateAt, stall].map((at) => Number(at ?? Infinity)),
    );
    const write = async (chunk: Buffer) => {
      this.#exchange.bytesOut += chunk.length;
      if (!this.#response.write(chunk)) await once(this.#response, "drain");
    };
    if (end > 0)
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        const room = end - this.#exchange.bytesOut;
        const at = corruptAt === undefined || this.#hasBody ? -1 : corruptAt - this.#exchange.bytesOut;
        await write(corrupted(chunk, at).subarray(0, Math.min(room, chunk.length)));
        if (chunk.length >= room) break;
      }
    if (this.#exchange.bytesOut < end || end === Infinity) {
      if (append !== undefined) await write(Buffer.from(append));
      this.#response.end();
      return;
    }
    incoming.destroy();
    if (stall !== undefined) {
      await once(this.#response, "close");
      return;
    }
    // What was written must be on the wire before the connection goes.
    await sleep(20);
    if (truncateAt === undefined) this.#request.socket.resetAndDestroy();
    else this.#request.socket.destroySoon();
  }

  async #twice(): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    this.#exchange.bytesIn = body.length;
    const passOnce = async () => {
      const upstream = this.#upstream();
      upstream.end(body);
      return ((await once(upstream, "response")) as [IncomingMessage])[0];
    };
    for await (const _chunk of await passOnce());
    await this.#receive(await passOnce());
  }

  #answer(status: number, headers: Record<string, string | null>): void {
    const body = this.#fault.body ?? "";
    this.#exchange.status = status;
    this.#exchange.bytesOut = Buffer.byteLength(body);
    this.#response.writeHead(status, merged({ "content-length": `${Buffer.byteLength(body)}` }, headers));
    this.#response.end(this.#request.method === "HEAD" ? "" : body);
    this.#request.resume();
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
