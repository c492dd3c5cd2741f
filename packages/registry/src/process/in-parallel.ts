import { ImageSpecError } from "../errors/image-spec-error.ts";

/**
 * Does work on each of the items, at most `most` at a time, and returns what came of it in their order. The first
 * failure, or the caller's signal, stops the rest through the signal that the work gets; it is thrown once all of it
 * has ended, so that nothing goes on behind the caller's back.
 *
 * @throws ImageSpecError E_OPTIONS for a limit at which nothing would run; the reason of `signal`; what the work
 * throws.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { most, signal }: { most: number; signal?: AbortSignal | undefined },
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  if (!Number.isInteger(most) || most < 1) {
    throw new ImageSpecError("E_OPTIONS", `The concurrency is ${most}`, { hint: "Give a whole number of 1 or more." });
  }
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const queue = items.entries();
  const results: Result[] = [];
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failure !== undefined) return;
      try {
        either.throwIfAborted();
        results[index] = await work(item, either);
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
