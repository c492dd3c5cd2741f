import { setTimeout as sleep } from "node:timers/promises";

/** How often and how long a failed request is tried again; times in milliseconds. */
export interface RetryOptions {
  /** Tries in all; default 5. */
  attempts?: number;
  /** Milliseconds that all waits together may take; default 60 000. */
  budgetMs?: number;
  /** Milliseconds of the first wait, doubled each time; default 250. */
  baseMs?: number;
}

const RETRIED: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const LONGEST_MS = 15_000;

/** True for a status after which a retry may help. */
export function isRetriedStatus(status: number): boolean {
  return RETRIED.has(status);
}

/**
 * Milliseconds a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); undefined when it says nothing
 * usable.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  // Date.parse takes "-5" and "1.5" for days; an HTTP date has a name of a month and a time of day.
  const date = /[a-z]{3}.*\d\d:\d\d:\d\d/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Counts the tries of one operation and waits between them. */
export class RetryBudget {
  readonly #options: Required<RetryOptions>;
  #failures = 0;
  #timeouts = 0;
  #waited = 0;

  constructor(options: RetryOptions = {}) {
    this.#options = {
      attempts: options.attempts ?? 5,
      budgetMs: options.budgetMs ?? 60_000,
      baseMs: options.baseMs ?? 250,
    };
  }

  get failures(): number {
    return this.#failures;
  }

  /**
   * Notes a failure; returns the milliseconds to wait before another try, or undefined when there is to be none: tries
   * or budget are used up, or the registry asks for a wait beyond the budget. A timeout is tried once more, not longer:
   * each costs its whole idle time.
   */
  next(failure: { retryAfterMs?: number | undefined; timeout?: boolean } = {}): number | undefined {
    this.#failures++;
    if (failure.timeout) this.#timeouts++;
    const { attempts, budgetMs, baseMs } = this.#options;
    if (this.#failures >= attempts || this.#timeouts > 1) return undefined;
    const backoff = Math.min(baseMs * 2 ** (this.#failures - 1), LONGEST_MS);
    // Jitter keeps clients that failed at the same time from retrying at the same time.
    const jittered = backoff * (0.75 + Math.random() * 0.5);
    // At least as long as without a word: "0", or a date that has passed by this clock, would use up all tries at once.
    const wait = Math.max(failure.retryAfterMs ?? 0, jittered);
    if (this.#waited + wait > budgetMs) return undefined;
    this.#waited += wait;
    return wait;
  }

  /** Notes progress: the count of tries starts again, the budget of time does not. */
  progressed(): void {
    this.#failures = 0;
    this.#timeouts = 0;
  }
}

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal });
}
