import type { IncomingMessage } from "node:http";
import { dumpBody } from "./dump-body.ts";
import type { ResponseBody } from "./http-message.ts";
import { LateError } from "./late-error.ts";
import { LeastRate } from "./least-rate.ts";

/** The body of an answer that node:http reads. */
export class MessageBody implements ResponseBody {
  readonly #message: IncomingMessage;
  readonly #idleTimeoutMs: number;

  /**
   * `idleTimeoutMs`: milliseconds without a byte, or with next to none, while one is waited for, after which reading
   * fails.
   */
  constructor(message: IncomingMessage, idleTimeoutMs: number) {
    this.#message = message;
    this.#idleTimeoutMs = idleTimeoutMs;
    // A reader sees the error; without one (the body was destroyed unread) it must not end the process.
    message.on("error", () => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const pieces: AsyncIterator<Uint8Array> = this.#message[Symbol.asyncIterator]();
    const rate = new LeastRate(this.#idleTimeoutMs);
    try {
      for (;;) {
        rate.wait();
        const timer = setTimeout(() => this.#giveUp(), this.#idleTimeoutMs);
        const piece = await pieces.next().finally(() => clearTimeout(timer));
        if (piece.done) return;
        const late = rate.took(piece.value.length);
        if (late !== undefined) throw late;
        yield piece.value;
      }
    } finally {
      await pieces.return?.();
    }
  }

  dump(options?: { limit: number }): Promise<void> {
    return dumpBody(this, options);
  }

  destroy(): void {
    this.#message.destroy();
  }

  #giveUp(): void {
    this.#message.destroy(new LateError(`no byte came for ${this.#idleTimeoutMs} ms`));
  }
}
