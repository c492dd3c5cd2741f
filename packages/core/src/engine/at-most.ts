/**
 * Runs work with at most `count` pieces under way; the others wait in the order in which they came. (A library for this
 * would be a tenth of what installing core brings.)
 */
export function atMost(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      // The place goes to the first that waits, so that nobody comes in between.
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
