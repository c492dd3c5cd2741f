import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

const { signal } = new AbortController();

it("returns what came of each item in their order, so many at a time", async () => {
  let [now, peak] = [0, 0];
  const found = await inParallel([30, 20, 10, 0], { most: 2, signal }, async (ms) => {
    peak = Math.max(peak, ++now);
    await sleep(ms);
    now--;
    return ms;
  });
  expect(found).toEqual([30, 20, 10, 0]);
  expect(peak).toBe(2);
});

it("begins nothing after a failure, cancels the rest and throws once all of it has ended", async () => {
  const begun: number[] = [];
  let ended = 0;
  const run = inParallel([0, 1, 2, 3], { most: 2, signal }, async (item, abort) => {
    begun.push(item);
    if (item === 0) throw new Error("broken");
    // Cancelled work takes a moment to clean up.
    await sleep(60_000, undefined, { signal: abort }).catch(() => sleep(20));
    ended++;
  });
  await expect(run).rejects.toThrow("broken");
  expect(begun).toEqual([0, 1]);
  expect(ended).toBe(1);
});

it("ends with the reason of its signal", async () => {
  const over = new AbortController();
  const begun: number[] = [];
  const run = inParallel([0, 1], { most: 1, signal: over.signal }, async (item, abort) => {
    begun.push(item);
    over.abort(new Error("enough"));
    abort.throwIfAborted();
  });
  await expect(run).rejects.toThrow("enough");
  expect(begun).toEqual([0]);
});
