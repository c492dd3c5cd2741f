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
  /** What it throws, at once or by a promise, ends its own caller's wait and nobody else's. */
  onEvent?: ((event: BuildEvent) => unknown) | undefined;
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
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    /** Why the caller has left before the work was done. */
    let left: { error: unknown } | undefined;
    const leave = (error: unknown, reason: unknown) => {
      if (left !== undefined) return;
      left = { error };
      // Counted at once: one signal may make several callers leave.
      call.waiting--;
      if (call.waiting > 0) return reject(error);
      // A new caller must not join work that is being cancelled.
      this.#forget(key, call);
      call.abort.abort(reason);
    };
    const cancel = () => leave(cancelled(caller), caller.signal?.reason);
    const fail = (error: unknown) => leave(error, error);
    const listener = async (event: BuildEvent) => {
      try {
        await caller.onEvent?.(event);
      } catch (error) {
        fail(error);
      }
    };
    if (caller.onEvent !== undefined) call.listeners.add(listener);
    caller.signal?.addEventListener("abort", cancel, { once: true });
    // However stopped work ends, the caller that waited for its end is told why it left.
    const settle = (end: () => void) => (left === undefined ? end() : reject(left.error));
    call.done.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    try {
      return await promise;
    } finally {
      left ??= { error: undefined };
      caller.signal?.removeEventListener("abort", cancel);
      call.listeners.delete(listener);
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
