import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { PieceMemory } from "../pieces/piece-memory.ts";
import { DirectAnswer } from "./direct-answer.ts";
import { BrokenError } from "./message/broken-error.ts";
import { LateError } from "./message/late-error.ts";
import { LeastRate } from "./message/least-rate.ts";
import { http } from "./message/node-http.ts";
import { UnframedAnswer } from "./message/unframed-answer.ts";

/** Milliseconds a connection without a request is kept. */
const KEPT_MS = 4000;
/** Bytes read at first: less than a head may have. */
const FIRST_BYTES = 16 * 1024;

/** How connections are made. */
export interface DirectOptions {
  /** Milliseconds to connect, TLS handshake included. */
  connectTimeoutMs: number;
  /** Milliseconds without a byte, or with next to none, after which a request fails. */
  idleTimeoutMs: number;
}

/** A GET that is read directly. */
export interface DirectRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
  memory: PieceMemory | undefined;
  /** Holds the certificate authorities to trust instead of Node's. */
  secureContext: SecureContext | undefined;
  /** True: certificates are not checked. */
  insecure: boolean;
}

interface Target {
  host: string;
  port: number;
  onread: OnReadOpts;
}
type Connect = (target: Target, connected: () => void) => Socket;

/**
 * GET requests for large bodies over sockets that read into the pieces themselves (`onread` of node:net). A general
 * HTTP client takes 64 KiB at a time through its parser, which costs more than twice the processor time.
 */
export class DirectConnections {
  readonly #options: DirectOptions;
  readonly #idle = new Map<string, Connection[]>();

  constructor(options: DirectOptions) {
    this.#options = options;
  }

  /**
   * The answer, its head read. Throws {@link UnframedAnswer} for one that a general client must read, the socket's
   * error, or the signal's reason.
   */
  async get(request: DirectRequest): Promise<DirectAnswer> {
    const key = `${request.insecure} ${request.url.origin}`;
    for (;;) {
      const kept = this.#idle.get(key)?.pop();
      const connection = kept ?? (await this.#open(request));
      const answer = connection.send(request, (reusable) => {
        if (reusable) this.#idle.set(key, [...(this.#idle.get(key) ?? []), connection]);
        else connection.close();
      });
      const { idleTimeoutMs } = this.#options;
      // Of the whole head: one that comes byte by byte, or after interim answers without end, is no answer.
      const timer = setTimeout(() => answer.fail(new LateError(`no answer in ${idleTimeoutMs} ms`)), idleTimeoutMs);
      try {
        await answer.head;
        return answer;
      } catch (error) {
        request.signal.throwIfAborted();
        // The server closed the connection while it was idle, which is not a failure of this request.
        const isAnswered = answer.begun || error instanceof UnframedAnswer || error instanceof LateError;
        if (kept === undefined || isAnswered) throw error;
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async #open(request: DirectRequest): Promise<Connection> {
    if (request.url.protocol === "http:") return Connection.open(request, this.#options, connectPlain);
    const { connect } = await import("node:tls");
    const { secureContext, insecure } = request;
    const common = { secureContext, rejectUnauthorized: !insecure, ALPNProtocols: ["http/1.1"] };
    return Connection.open(request, this.#options, (target, connected) =>
      connect({ ...common, ...target, ...(isIP(target.host) === 0 && { servername: target.host }) }, connected),
    );
  }

  /** Closes connections that have no request. */
  close(): void {
    for (const connection of [...this.#idle.values()].flat()) connection.close();
    this.#idle.clear();
  }
}

/** One socket, for one request after the other. */
class Connection {
  readonly #socket: Socket;
  readonly #options: DirectOptions;
  readonly #first = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #answer: DirectAnswer | undefined;

  private constructor(url: URL, options: DirectOptions, connect: (target: Target) => Socket) {
    this.#options = options;
    this.#socket = connect({
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(url.port) || (url.protocol === "https:" ? 443 : 80),
      onread: {
        // Asked for after each read, so the first bytes of an answer come to where there was none yet.
        buffer: () => this.#answer?.room() ?? this.#first,
        callback: (count, into) => this.#took(count, into),
      },
    });
  }

  static async open({ url, signal }: DirectRequest, options: DirectOptions, connect: Connect): Promise<Connection> {
    signal.throwIfAborted();
    const connected = Promise.withResolvers<void>();
    const connection = new Connection(url, options, (target) => connect(target, connected.resolve));
    const socket = connection.#socket;
    socket.on("error", (error) => {
      connected.reject(error);
      connection.#answer?.fail(error);
    });
    socket.on("close", () => {
      const error = new BrokenError("the connection ended early");
      connected.reject(error);
      connection.#answer?.fail(error);
    });
    socket.on("timeout", () => {
      const late = new LateError(`no byte came for ${options.idleTimeoutMs} ms`);
      socket.destroy(connection.#answer === undefined ? undefined : late);
    });
    const timer = setTimeout(
      () => socket.destroy(new LateError(`no connection in ${options.connectTimeoutMs} ms`)),
      options.connectTimeoutMs,
    );
    const leave = () => socket.destroy(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await connected.promise;
      return connection;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
    }
  }

  /** Sends a request; `done` is told whether another may follow, once the answer was read to its end. */
  send({ url, headers, signal, memory }: DirectRequest, done: (reusable: boolean) => void): DirectAnswer {
    const socket = this.#socket;
    const leave = () => socket.destroy(signal.reason);
    const flow = {
      resume: () => {
        socket.setTimeout(this.#options.idleTimeoutMs);
        socket.resume();
      },
      destroy: () => {
        signal.removeEventListener("abort", leave);
        socket.destroy();
      },
      done: (reusable: boolean) => {
        signal.removeEventListener("abort", leave);
        this.#answer = undefined;
        socket.setTimeout(KEPT_MS);
        socket.unref();
        done(reusable);
      },
    };
    const answer = new DirectAnswer(flow, new LeastRate(this.#options.idleTimeoutMs), memory);
    this.#answer = answer;
    signal.addEventListener("abort", leave, { once: true });
    if (socket.destroyed) answer.fail(new BrokenError("the connection was closed"));
    socket.ref();
    socket.setTimeout(this.#options.idleTimeoutMs);
    socket.resume();
    const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    for (const [name, value] of Object.entries(headers)) http.validateHeaderValue(name, value);
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #took(count: number, into: Uint8Array): boolean {
    const answer = this.#answer;
    // Nothing was asked for: what the server sends cannot be told from the next answer.
    if (answer === undefined) {
      this.#socket.destroy();
      return false;
    }
    if (into === this.#first) this.#first.copy(answer.room(), 0, 0, count);
    const goesOn = answer.took(count);
    // Time the reader takes is not a stall of the server.
    if (!goesOn) this.#socket.setTimeout(0);
    return goesOn;
  }
}
