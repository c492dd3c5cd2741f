import { LateError } from "./late-error.ts";

/** Bytes per millisecond: what dnf calls its `minrate`, which a modem of 1990 reaches. */
const LEAST_RATE = 1;

/**
 * Holds the sender of a body to a least rate, so that one that drips ends in time, too. Only time in which bytes are
 * waited for counts, however slowly they are read.
 */
export class LeastRate {
  readonly #windowMs: number;
  /** Of the window that runs. */
  #waitedMs = 0;
  #came = 0;
  #since = performance.now();

  /** `windowMs`: milliseconds of waiting over which the rate is taken. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Bytes are waited for from now on. */
  wait(): void {
    this.#since = performance.now();
  }

  /** So many bytes came, and more are waited for; an error where a whole window brought too few. */
  took(count: number): LateError | undefined {
    const now = performance.now();
    this.#waitedMs += now - this.#since;
    this.#since = now;
    this.#came += count;
    if (this.#waitedMs < this.#windowMs) return undefined;
    const isTooSlow = this.#came < LEAST_RATE * this.#windowMs;
    const late = isTooSlow ? new LateError(`${this.#came} bytes came in ${this.#windowMs} ms`) : undefined;
    this.#waitedMs = 0;
    this.#came = 0;
    return late;
  }
}
