import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exchangeOf, type HttpExchange } from "../http-exchange.ts";
import { listen } from "../listen.ts";
import { Authentication } from "./authentication.ts";
import { answerBlob } from "./blobs.ts";
import type { Answer, Call } from "./call.ts";
import type { ContentStore } from "./content-store.ts";
import { FolderStore } from "./folder-store.ts";
import { answerReferrers, answerTags } from "./listings.ts";
import { answerManifest } from "./manifests.ts";
import { MemoryStore } from "./memory-store.ts";
import { RegistryFault } from "./registry-fault.ts";
import type { RegistryOptions } from "./registry-options.ts";
import { Repository } from "./repository.ts";
import { answerUpload } from "./uploads.ts";

// Name grammar and routes of the distribution spec; the name may itself hold `blobs` or `manifests`, so the last wins.
const ROUTE = /^\/v2\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)\/(blobs|manifests|tags|referrers)\/(.*)$/;

/** An OCI registry in this process, on the loopback address. */
export interface RegistryServer {
  /** `localhost:PORT`, as it stands in image references. */
  readonly host: string;
  /** `http://localhost:PORT` */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly exchanges: HttpExchange[];
  /** What is kept, by repository name: for looking behind the protocol. */
  readonly repositories: ReadonlyMap<string, Repository>;
  /** Stops it and breaks open connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an OCI distribution server (distribution-spec 1.1): pull, push in every way the spec knows, mounts, tags,
 * deletion, referrers. It passes the OCI conformance suite; what it refuses, real registries refuse.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RegistryServer> {
  const repositories = new Map<string, Repository>();
  const exchanges: HttpExchange[] = [];
  const answer = answerer(options, repositories);
  const scheme = options.tls ? "https" : "http";

  const listener: RequestListener = (request, response) => {
    const exchange = logged(request, exchanges);
    const origin = `${scheme}://${request.headers.host}`;
    answer(request, origin)
      .catch((error: unknown): Answer => {
        const fault = error instanceof RegistryFault ? error : new RegistryFault(500, "UNKNOWN", String(error));
        return {
          status: fault.status,
          headers: { ...fault.headers, "content-type": "application/json" },
          body: fault.body,
        };
      })
      .then((found) => send(request, response, exchange, found))
      .catch(() => response.destroy());
  };

  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  const { host, close: closeServer } = await listen(server, options.port);
  const close = async () => {
    await closeServer();
    // Of clients that went away in the middle.
    const unfinished = [...repositories.values()].flatMap(({ uploads }) => [...uploads.values()]);
    await Promise.allSettled(unfinished.map(({ draft }) => draft.discard()));
  };
  return { host, url: `${scheme}://${host}`, exchanges, repositories, close, [Symbol.asyncDispose]: close };
}

/** Answers a request at the server's `origin`, by the routes of the distribution spec. */
function answerer(
  options: RegistryOptions,
  repositories: Map<string, Repository>,
): (request: IncomingMessage, origin: string) => Promise<Answer> {
  const authentication = new Authentication(options.auth);
  const content = contentStore(options.storage);
  return async (request, origin) => {
    const { quirks = {}, checkReferences = true } = options;
    const url = new URL(request.url ?? "/", origin);
    const { method = "GET", headers } = request;
    if (url.pathname === "/token") return authentication.token(request, url.searchParams);
    if (url.pathname === "/v2/" || url.pathname === "/v2") {
      authentication.check(request, origin, undefined, "pull");
      return { status: 200, headers: { "content-type": "application/json" }, body: "{}" };
    }
    const route = ROUTE.exec(url.pathname);
    if (!route) throw new RegistryFault(404, "NAME_INVALID", `${url.pathname} is not a path of this API`);
    const [, name = "", kind, subject = ""] = route;
    authentication.check(request, origin, name, actionOf(method));
    const repository = repositories.get(name) ?? new Repository();
    // An unknown name is kept only when it is written to.
    if (method !== "GET" && method !== "HEAD") repositories.set(name, repository);
    const call: Call = {
      origin,
      method,
      name,
      subject: decodeURIComponent(subject),
      query: url.searchParams,
      headers,
      body: request,
      repository,
      repositories,
      content,
      quirks,
    };
    if (kind === "manifests") return answerManifest(call, checkReferences);
    if (kind === "tags") return answerTags(call);
    if (kind === "referrers") return answerReferrers(call);
    return /^uploads(?:\/|$)/.test(subject) ? answerUpload(call) : answerBlob(call);
  };
}

function contentStore(storage: RegistryOptions["storage"]): ContentStore {
  if (storage === undefined || storage === "memory") return new MemoryStore();
  return "folder" in storage ? new FolderStore(storage.folder) : storage;
}

function actionOf(method: string): string {
  if (method === "GET" || method === "HEAD") return "pull";
  return method === "DELETE" ? "delete" : "push";
}

function logged(request: IncomingMessage, exchanges: HttpExchange[]): HttpExchange {
  const exchange = exchangeOf(request);
  exchanges.push(exchange);
  const push = request.push.bind(request);
  // Counted where bytes enter the stream, so that the handler stays its only reader.
  request.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    if (chunk) exchange.bytesIn += chunk.length;
    return push(chunk, encoding);
  };
  return exchange;
}

async function send(request: IncomingMessage, response: ServerResponse, exchange: HttpExchange, answer: Answer) {
  exchange.status = answer.status;
  const { body = "" } = answer;
  response.writeHead(answer.status, {
    ...(body instanceof Readable || answer.status === 204 ? {} : { "content-length": Buffer.byteLength(body) }),
    ...answer.headers,
  });
  if (request.method === "HEAD") {
    if (body instanceof Readable) body.destroy();
    response.end();
  } else if (body instanceof Readable) {
    body.on("data", (chunk: Uint8Array) => {
      exchange.bytesOut += chunk.length;
    });
    await pipeline(body, response);
  } else {
    exchange.bytesOut = Buffer.byteLength(body);
    response.end(body);
  }
  // What is left of a refused upload is read and dropped: a reset could overtake the answer.
  request.resume();
}
