import type { BuildEvent } from "../builder/build-event.ts";
import { abortedError } from "../process/aborted-error.ts";

interface Call<T> {
  done: Promise<T>;
  abort: AbortController;
  waiting: number;
  listeners: Set<(event: BuildEvent) => void>;
}

export interface Caller {
  signal?: AbortSignal | undefined;
  onEvent?: ((event: BuildEvent) => void) | undefined;
}

const cancelled = ({ signal }: Caller) => abortedError("The build", signal?.reason);

/**
 * Runs work once for all callers that ask for the same key at the same time. Each caller can leave by its own signal;
 * the work is cancelled when the last one leaves, and that one waits until it has ended.
 */
export class SharedCalls<T> {
  readonly #calls = new Map<string, Call<T>>();

  async run(
    key: string,
    caller: Caller,
    work: (signal: AbortSignal, emit: (event: BuildEvent) => void) => Promise<T>,
  ): Promise<T> {
    if (caller.signal?.aborted) throw cancelled(caller);
    const call = this.#calls.get(key) ?? this.#start(key, work);
    call.waiting++;
    if (caller.onEvent !== undefined) call.listeners.add(caller.onEvent);
    let leave: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        leave = () => {
          if (call.waiting > 1) return reject(cancelled(caller));
          // A new caller must not join work that is being cancelled.
          this.#forget(key, call);
          call.abort.abort(caller.signal?.reason);
        };
        caller.signal?.addEventListener("abort", leave, { once: true });
        // However stopped work fails, its callers are told that it was cancelled.
        call.done.then(resolve, (error) => reject(caller.signal?.aborted ? cancelled(caller) : error));
      });
    } finally {
      call.waiting--;
      if (leave !== undefined) caller.signal?.removeEventListener("abort", leave);
      if (caller.onEvent !== undefined) call.listeners.delete(caller.onEvent);
    }
  }

  #start(key: string, work: (signal: AbortSignal, emit: (event: BuildEvent) => void) => Promise<T>): Call<T> {
    const abort = new AbortController();
    const listeners = new Set<(event: BuildEvent) => void>();
    const emit = (event: BuildEvent) => {
      for (const listener of listeners) listener(event);
    };
    // Begins in the next microtask, when its first caller listens.
    const done = Promise.resolve().then(() => work(abort.signal, emit));
    const call: Call<T> = { done, abort, waiting: 0, listeners };
    this.#calls.set(key, call);
    const forget = () => this.#forget(key, call);
    done.then(forget, forget);
    return call;
  }

  #forget(key: string, call: Call<T>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
