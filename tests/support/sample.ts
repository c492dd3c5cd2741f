/**
 * Some of the items, in their order, for a suite that is too long for every run: which ones depends on the seed alone.
 * `IMAGESPEC_TEST_SEED` takes the place of the seed, and `IMAGESPEC_TEST_FULL=1` (`pnpm test:full`) returns all items.
 * Prints what it took, so that a failure can be repeated.
 */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  if (process.env.IMAGESPEC_TEST_FULL === "1" || count >= items.length) return [...items];
  const given = Number(process.env.IMAGESPEC_TEST_SEED || seed);
  if (!Number.isSafeInteger(given)) throw new Error("IMAGESPEC_TEST_SEED is not a whole number");
  console.error(`sample: ${count} of ${items.length} items, IMAGESPEC_TEST_SEED=${given}`);
  const random = mulberry32(given);
  const ranked = items.map((_, index) => ({ index, rank: random() }));
  const taken = ranked.sort((a, b) => a.rank - b.rank).slice(0, count);
  const indexes = new Set(taken.map(({ index }) => index));
  return items.filter((_, index) => indexes.has(index));
}

/** Tommy Ettinger's generator of 32 bits: numbers from 0 up to but not including 1. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
