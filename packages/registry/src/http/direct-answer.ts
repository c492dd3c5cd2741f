import { PIECE_BYTES, type PieceMemory } from "../pieces/piece-memory.ts";
import { dumpBody } from "./message/dump-body.ts";
import type { LeastRate } from "./message/least-rate.ts";
import { UnframedAnswer } from "./message/unframed-answer.ts";

/** Bytes the head of an answer may have. */
const MAX_HEAD = 32 * 1024;
const END_OF_HEAD = "\r\n\r\n";
/** Full pieces that wait for the reader while the next one is filled. */
const WAITING = 2;

/** Status and headers of an answer. */
export interface AnswerHead {
  status: number;
  /** By name in lower case; several of a name are joined by `, `. */
  headers: ReadonlyMap<string, string>;
}

/** How an answer's connection is paused, taken up again and ended. */
export interface AnswerFlow {
  resume(): void;
  destroy(): void;
  /** The answer was read to its end; `reusable` says whether the connection can carry another request. */
  done(reusable: boolean): void;
}

/**
 * One answer (RFC 9112) as its bytes arrive in memory that {@link room} hands out: a head, then a body of the length it
 * states. The socket reads into the pieces themselves, so nothing is copied.
 */
export class DirectAnswer {
  readonly head: Promise<AnswerHead>;
  readonly #gotHead = Promise.withResolvers<AnswerHead>();
  readonly #memory: PieceMemory | undefined;
  readonly #flow: AnswerFlow;
  readonly #rate: LeastRate;
  /** What is being filled: the head, then one piece after the other. */
  #room = Buffer.allocUnsafeSlow(MAX_HEAD);
  #filled = 0;
  #parsed: AnswerHead | undefined;
  /** Of the body, still to come. */
  #left = 0;
  #waiting: Buffer[] = [];
  #ended = false;
  #failure: { error: Error } | undefined;
  #paused = false;
  #wake: (() => void) | undefined;

  /** `rate` is what its body has to come at; `memory` is where pieces are read into, by default each into its own. */
  constructor(flow: AnswerFlow, rate: LeastRate, memory: PieceMemory | undefined) {
    this.#flow = flow;
    this.#rate = rate;
    this.#memory = memory;
    this.head = this.#gotHead.promise;
    // Whoever sent the request awaits it later.
    this.head.catch(() => undefined);
  }

  /** Whether anything has arrived. */
  get begun(): boolean {
    return this.#filled > 0 || this.#parsed !== undefined;
  }

  /** Whether the reader has as much waiting as it may; no byte is expected then. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Where the next bytes go. */
  room(): Buffer {
    return this.#room.subarray(this.#filled);
  }

  /** So many bytes were put there; false when no more are to come until the reader asks. */
  took(count: number): boolean {
    this.#filled += count;
    if (this.#parsed === undefined) this.#readHead();
    else this.#readBody(count);
    return !this.#paused;
  }

  /** The connection failed or ended, or is given up. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#flow.destroy();
    this.#ended = true;
    this.#failure = { error };
    // What came is passed on first: a download is taken up after it.
    if (this.#parsed !== undefined && this.#filled > 0) this.#waiting.push(this.#room.subarray(0, this.#filled));
    this.#gotHead.reject(error);
    this.#wake?.();
  }

  /** Gives the answer up, read or not. */
  destroy(): void {
    if (!this.#ended) this.#flow.destroy();
  }

  /** Reads the body and drops it; one of more than `limit` bytes is given up. Never throws. */
  dump(options?: { limit: number }): Promise<void> {
    return dumpBody(this, options);
  }

  /** The body, piece by piece; throws what broke it off. Leaving early ends the connection. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#waiting.shift();
        if (piece !== undefined) {
          yield piece;
          if (this.#paused) this.#goOn();
          continue;
        }
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      if (!this.#ended) this.#flow.destroy();
    }
  }

  #readHead(): void {
    const end = this.#room.subarray(0, this.#filled).indexOf(END_OF_HEAD);
    if (end === -1) {
      if (this.#filled === this.#room.length) this.#refuse(`its head has more than ${MAX_HEAD} bytes`);
      return;
    }
    const rest = this.#room.subarray(end + END_OF_HEAD.length, this.#filled);
    const head = parseHead(this.#room.toString("latin1", 0, end));
    if (head !== undefined && head.status >= 100 && head.status < 200 && head.status !== 101) {
      // An interim answer (RFC 9110, 15.2): the real one follows.
      this.#filled = rest.copy(this.#room);
      if (this.#filled > 0) this.#readHead();
      return;
    }
    const length = head && bodyLength(head);
    if (head === undefined || length === undefined) {
      this.#refuse("it does not state the length of its body");
      return;
    }
    this.#parsed = head;
    this.#left = length;
    this.#room = this.#take();
    this.#filled = rest.copy(this.#room);
    this.#gotHead.resolve(head);
    this.#rate.wait();
    this.#readBody(this.#filled);
  }

  #readBody(count: number): void {
    if (count > this.#left) {
      this.#refuse("more came than its head states");
      return;
    }
    this.#left -= count;
    const isOver = this.#left === 0;
    const late = this.#rate.took(count);
    if (late !== undefined && !isOver) {
      this.fail(late);
      return;
    }
    if (!isOver && this.#filled < this.#room.length) return;
    if (this.#filled > 0) this.#waiting.push(this.#room.subarray(0, this.#filled));
    this.#filled = 0;
    if (isOver) {
      this.#ended = true;
      this.#flow.done(this.#parsed?.headers.get("connection")?.toLowerCase() !== "close");
    } else {
      // Also before a pause, since the socket asks for room at once and keeps it until it goes on.
      this.#room = this.#take();
      this.#paused = this.#waiting.length >= WAITING;
    }
    this.#wake?.();
  }

  #take(): Buffer<ArrayBuffer> {
    if (this.#left >= PIECE_BYTES && this.#memory !== undefined) return this.#memory.take();
    // One byte more, so that what comes beyond the end is seen.
    return Buffer.allocUnsafeSlow(Math.min(this.#left + 1, PIECE_BYTES));
  }

  /** The reader has asked for the next piece, so there is room again. */
  #goOn(): void {
    this.#paused = false;
    this.#rate.wait();
    this.#flow.resume();
  }

  #refuse(what: string): void {
    this.fail(new UnframedAnswer(`the answer is not read directly: ${what}`));
  }
}

/** A head without its empty line; undefined for what is not HTTP/1.1 as servers of today write it. */
function parseHead(text: string): AnswerHead | undefined {
  const [line = "", ...fields] = text.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(line)?.[1];
  const headers = new Map<string, string>();
  for (const field of fields) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(field) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return status === undefined ? undefined : { status: Number(status), headers };
}

/** Bytes of the body that follows a head (RFC 9112, 6.3); undefined where it does not state them. */
function bodyLength({ status, headers }: AnswerHead): number | undefined {
  if (status === 204 || status === 304) return 0;
  const length = headers.get("content-length") ?? "";
  if (headers.has("transfer-encoding") || !/^\d{1,15}$/.test(length)) return undefined;
  return Number(length);
}
