import type { Writable } from "node:stream";
import type { BuildEvent } from "@imagespec/core";

/** The most bytes that may wait for a reader. */
const MOST_UNREAD = 16 * 1024 * 1024;

/**
 * Limits what waits for a slow reader. While more than 16 MiB wait, log lines and progress are left out, and a warning
 * afterwards says how many.
 */
export class UnreadEvents {
  readonly #stream: Pick<Writable, "writableLength">;
  #leftOut = 0;

  constructor(stream: Pick<Writable, "writableLength">) {
    this.#stream = stream;
  }

  /** The events to show when this one arrives. */
  admit(event: BuildEvent): BuildEvent[] {
    const isFull = this.#stream.writableLength > MOST_UNREAD;
    if (isFull && (event.type === "log" || event.type === "progress")) {
      this.#leftOut++;
      return [];
    }
    return isFull ? [event] : [...this.rest(), event];
  }

  /** A warning about the events that were left out since the last one; none where none were. */
  rest(): BuildEvent[] {
    if (this.#leftOut === 0) return [];
    const message = `${this.#leftOut} log lines and progress events were left out, because what was printed was not read`;
    this.#leftOut = 0;
    return [{ type: "warning", message }];
  }
}
