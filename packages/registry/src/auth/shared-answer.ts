import { untilAborted } from "../http/until-aborted.ts";

interface Asked<T> {
  answer: Promise<T>;
  cancel: AbortController;
  waiting: number;
  settled: boolean;
}

/**
 * The answer to a question that is asked once for all who wait for it. It is cancelled when the last of them has
 * left before it came, and then asked again by the next.
 */
export class SharedAnswer<T> {
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  #asked: Asked<T> | undefined;

  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    this.#ask = ask;
  }

  /** The answer as far as somebody has asked. */
  get known(): Promise<T> | undefined {
    return this.#asked?.answer;
  }

  /** Waits for the answer; throws the signal's reason when it is aborted before. */
  async get(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#asked ??= this.#start();
    const asked = this.#asked;
    asked.waiting++;
    try {
      return await untilAborted(asked.answer, signal);
    } finally {
      asked.waiting--;
      if (asked.waiting === 0 && !asked.settled) {
        if (this.#asked === asked) this.#asked = undefined;
        asked.cancel.abort(signal?.reason);
      }
    }
  }

  #start(): Asked<T> {
    const cancel = new AbortController();
    const answer = this.#ask(cancel.signal);
    const asked: Asked<T> = { answer, cancel, waiting: 0, settled: false };
    const settle = () => {
      asked.settled = true;
    };
    answer.then(settle, settle);
    return asked;
  }
}
