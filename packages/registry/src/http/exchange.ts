import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import { BrokenError } from "./message/broken-error.ts";
import type { HttpRequest, HttpResponse } from "./message/http-message.ts";
import { LateError } from "./message/late-error.ts";
import { MessageBody } from "./message/message-body.ts";
import { http, https } from "./message/node-http.ts";

/** Where a request is sent, and over which connections. */
export interface Route {
  /** Connections are TLS from their first byte. */
  secure: boolean;
  agent: Agent;
  address: { host: string; port: number; path: string };
  headers: Record<string, string>;
  /** Milliseconds without a byte, in either direction, after which the request fails. */
  idleTimeoutMs: number;
  /** Milliseconds to connect, TLS handshake included. */
  connectTimeoutMs: number;
}

/** Sends one request over node:http; resolves with the head of its answer. Rejects with what broke it off. */
export async function exchange(
  { method, url, headers, body, signal }: HttpRequest,
  route: Route,
): Promise<HttpResponse> {
  signal?.throwIfAborted();
  const { agent, address, idleTimeoutMs } = route;
  const request = (route.secure ? https() : http).request({
    ...address,
    agent,
    method,
    headers: { ...route.headers, ...headers },
  });
  const answered = Promise.withResolvers<IncomingMessage>();
  let answer: IncomingMessage | undefined;
  const leave = () => (answer ?? request).destroy(signal?.reason);
  signal?.addEventListener("abort", leave, { once: true });
  const stopWaiting = limitWaiting(request, route);
  request.once("response", (message) => {
    stopWaiting();
    answer = message;
    // The registry did not wait for the rest of an upload: the connection cannot carry another request.
    message.once("end", () => request.writableFinished || request.destroy());
    answered.resolve(message);
  });
  request.on("error", answered.reject);
  request.once("close", () => {
    stopWaiting();
    // node:http ends a request whose answer is 101 without a word.
    answered.reject(new BrokenError("the connection ended without an answer"));
    signal?.removeEventListener("abort", leave);
  });
  send(request, body, idleTimeoutMs).catch((error) => {
    answered.reject(error);
    request.destroy();
  });
  const message = await answered.promise;
  return {
    url,
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    body: new MessageBody(message, idleTimeoutMs),
  };
}

/** Gives a request up that gets no connection, or no answer once it is sent, in time; returns how to end that. */
function limitWaiting(request: ClientRequest, { secure, connectTimeoutMs, idleTimeoutMs }: Route): () => void {
  const limit = (what: string, ms: number) =>
    setTimeout(() => request.destroy(new LateError(`no ${what} in ${ms} ms`)), ms);
  let timer = limit("connection", connectTimeoutMs);
  const stop = () => clearTimeout(timer);
  request.once("socket", (socket) => {
    if (request.reusedSocket) stop();
    else socket.once(secure ? "secureConnect" : "connect", stop);
  });
  request.once("finish", () => {
    stop();
    timer = limit("answer", idleTimeoutMs);
  });
  return stop;
}

/** Sends the body, each piece once the one before it is on its way; ends early with the request. */
async function send(request: ClientRequest, body: HttpRequest["body"], idleTimeoutMs: number): Promise<void> {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  const over = new Promise<false>((resolve) => request.once("close", () => resolve(false)));
  for await (const piece of body) {
    // Time the source takes to make the next piece does not count: compressing may be slow.
    const timer = setTimeout(
      () => request.destroy(new LateError(`${idleTimeoutMs} ms without a reader`)),
      idleTimeoutMs,
    );
    const written = new Promise<boolean>((resolve) => request.write(piece, (error) => resolve(!error)));
    const goesOn = await Promise.race([written, over]);
    clearTimeout(timer);
    if (!goesOn) return;
  }
  request.end();
}
