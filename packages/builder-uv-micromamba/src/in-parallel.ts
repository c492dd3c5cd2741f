import pLimit from "p-limit";

/**
 * Does work on each of these items, at most `most` at a time, and returns what came of it in their order. When some of it
 * fails, the rest is cancelled, and the error is thrown once all of it has ended: nothing goes on after a build has failed.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  { most, signal }: { most: number; signal: AbortSignal },
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(most);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const tasks = items.map((item) =>
    limit(async () => {
      either.throwIfAborted();
      try {
        return await work(item, either);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
  try {
    return await Promise.all(tasks);
  } catch (error) {
    await Promise.allSettled(tasks);
    // What is cancelled may end before that for which it is.
    throw failed.signal.aborted ? failed.signal.reason : error;
  }
}
