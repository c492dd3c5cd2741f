import { ImageSpecError } from "../errors/image-spec-error.ts";

/**
 * Runs tasks, at most `limit` at a time, and returns their results in order. The first failure stops the rest through their
 * signal; it is thrown once all have ended, so that nothing goes on behind the caller's back.
 *
 * @throws ImageSpecError E_OPTIONS for a limit at which nothing would run; what a task throws.
 */
export async function runLimited<Result>(
  tasks: readonly ((signal: AbortSignal) => Promise<Result>)[],
  limit: number,
  signal?: AbortSignal | undefined,
): Promise<Result[]> {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new ImageSpecError("E_OPTIONS", `The concurrency is ${limit}`, { hint: "Give a whole number of 1 or more." });
  }
  const stop = new AbortController();
  const combined = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const queue = tasks.entries();
  const results: Result[] = [];
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (const [index, task] of queue) {
      if (failure !== undefined) return;
      try {
        results[index] = await task(combined);
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
