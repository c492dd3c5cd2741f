/**
 * Runs tasks, at most `limit` at a time. The first failure stops the rest through their signal; it is thrown once all have
 * ended, so that nothing goes on behind the caller's back.
 */
export async function runLimited(
  tasks: Iterable<(signal: AbortSignal) => Promise<void>>,
  limit: number,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const stop = new AbortController();
  const combined = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const queue = tasks[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (let next = queue.next(); !next.done && failure === undefined; next = queue.next()) {
      try {
        await next.value(combined);
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failure !== undefined) throw failure.error;
}
