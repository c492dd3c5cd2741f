/**
 * Runs tasks, at most `limit` at a time, and returns their results in order. The first failure stops the rest through their
 * signal; it is thrown once all have ended, so that nothing goes on behind the caller's back.
 */
export async function runLimited<Result>(
  tasks: readonly ((signal: AbortSignal) => Promise<Result>)[],
  limit: number,
  signal?: AbortSignal | undefined,
): Promise<Result[]> {
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
  await Promise.all(Array.from({ length: limit }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
