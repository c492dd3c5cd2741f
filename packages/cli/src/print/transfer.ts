import type { BuildEvent } from "@imagespec/core";
import { byteCount } from "@imagespec/inspect";

type ProgressEvent = Extract<BuildEvent, { type: "progress" }>;

/** How much of something has been moved, and how fast. */
export class Transfer {
  readonly #since: number;
  #last: ProgressEvent | undefined;
  #now: number;

  /** `now` is a time in milliseconds. */
  constructor(now: number) {
    this.#since = now;
    this.#now = now;
  }

  update(event: ProgressEvent, now: number): void {
    this.#last = event;
    this.#now = now;
  }

  /** `12.3 MB of 45.6 MB, 8.2 MB/s`; for things other than bytes `3 of 7`. */
  text(): string {
    const { current = 0, total, unit, reused = 0 } = this.#last ?? {};
    const size = (count: number) => (unit === "bytes" ? byteCount(count) : `${count}`);
    const part = total === undefined ? size(current) : `${size(current)} of ${size(total)}`;
    const seconds = (this.#now - this.#since) / 1000;
    const rate = (current - reused) / seconds;
    return unit === "bytes" && seconds >= 1 && rate > 0 ? `${part}, ${byteCount(Math.round(rate))}/s` : part;
  }
}
