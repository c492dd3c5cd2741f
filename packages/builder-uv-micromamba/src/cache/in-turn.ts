import { untilAborted } from "@imagespec/registry";

/** What is being worked at, by key: shared by the builds that one builder has under way. */
export type Turns = Map<string, Promise<unknown>>;

/**
 * Does work whose result is kept in the cache, for each key one at a time, so that images built side by side do not all
 * do the same. `work` looks into the cache first, since whoever was at it before may have failed or been cancelled.
 * `signal` ends waiting for them.
 *
 * @throws the signal's reason, and what `work` throws.
 */
export async function inTurn<T>(turns: Turns, key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let busy = turns.get(key); busy !== undefined; busy = turns.get(key)) await untilAborted(busy, signal);
  const running = work();
  const ended = running.then(
    () => turns.delete(key),
    () => turns.delete(key),
  );
  turns.set(key, ended);
  return running;
}
