import type { ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { Readable } from "node:stream";
import { ImageSpecError, isImageSpecError } from "@imagespec/registry";
import { silentEngine } from "./engine-error.ts";
import type { EngineEndpoint } from "./find-endpoint.ts";

/** One question to the engine's API. */
export interface EngineRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  headers?: Record<string, string> | undefined;
  body?: Readable | undefined;
  /** Milliseconds without a byte in either direction after which the engine counts as gone. */
  silence: number;
  signal?: AbortSignal | undefined;
}

/**
 * Sends one request over a connection of its own and has its answer read. When it returns or throws, connection and
 * body are closed.
 *
 * @throws ImageSpecError E_DAEMON when the engine does not answer, stops in the middle or is silent for too long,
 * E_ABORTED when cancelled; what reading the body or `read` throws is passed on.
 */
export async function exchange<T>(
  endpoint: EngineEndpoint,
  request: EngineRequest,
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  const { body, signal } = request;
  let bodyFault: Error | null | undefined = body?.errored;
  body?.on("error", (error) => {
    bodyFault ??= error;
  });
  let silence: Error | undefined;
  let sent: ClientRequest | undefined;
  let late: NodeJS.Timeout | undefined;
  try {
    // Throws for certificates that cannot be used.
    const call = await openRequest(endpoint, request);
    sent = call;
    const giveUp = () => {
      silence = new Error(`it was silent for ${request.silence / 1000} s`);
      call.destroy(silence);
    };
    // Of the whole head: one that comes byte by byte is no answer. An upload is answered when it ends, whenever that
    // is.
    if (body === undefined) late = setTimeout(giveUp, request.silence);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      call.once("response", resolve);
      call.on("error", reject);
      call.on("timeout", giveUp);
      if (body === undefined) call.end();
      else send(body, call);
    });
    clearTimeout(late);
    return await read(answer);
  } catch (error) {
    if (signal?.aborted) {
      throw new ImageSpecError("E_ABORTED", "The call to the container engine was cancelled", { cause: error });
    }
    if (bodyFault) throw bodyFault;
    if (isImageSpecError(error)) throw error;
    throw silentEngine(`${endpoint.host} (${endpoint.source})`, silence ?? error);
  } finally {
    clearTimeout(late);
    sent?.destroy();
    body?.destroy();
  }
}

/**
 * Sends a body; the request fails when the body ends early. Not by `pipeline`, which would give the connection's
 * failure to the body as if it were the body's own.
 */
function send(body: Readable, call: ClientRequest): void {
  // Not `readableEnded`: streams of tar-stream do not have it.
  let ended = false;
  body.on("end", () => {
    ended = true;
  });
  const closed = () => {
    if (!ended) call.destroy(new Error("what was sent to it ended early"));
  };
  if (body.destroyed) closed();
  body.on("close", closed);
  body.pipe(call);
}

async function openRequest({ address, tls }: EngineEndpoint, request: EngineRequest): Promise<ClientRequest> {
  const { method, path, headers, silence, signal } = request;
  const target =
    address.kind === "socket"
      ? { socketPath: address.path, host: "localhost" }
      : { host: address.hostname, port: address.port };
  const secure: RequestOptions =
    tls === undefined ? {} : { ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: tls.verify };
  // Without an agent the connection ends with its answer.
  const options = { ...target, ...secure, method, path, headers, timeout: silence, agent: false as const, signal };
  // Loaded here: most programs that use this package never ask an engine.
  const { request: open } = tls === undefined ? await import("node:http") : await import("node:https");
  return open(options as RequestOptions);
}
