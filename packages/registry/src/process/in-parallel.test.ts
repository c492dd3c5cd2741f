import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import { inParallel } from "./in-parallel.ts";

it("returns what came of each item in their order, and does no more at a time than it may", async () => {
  const items = [0, 1, 2, 3, 4, 5, 6];
  let running = 0;
  let most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 7 - item; turn++) await setImmediate();
    running--;
    return item;
  };
  expect(await inParallel(items, { most: 3 }, work)).toEqual(items);
  expect(most).toBe(3);
  expect(await inParallel(items, { most: Number.MAX_SAFE_INTEGER }, work)).toEqual(items);
});

it("throws the first failure after the others have ended, and begins no more", async () => {
  const log: string[] = [];
  const run = inParallel(["fails", "waits", "never"], { most: 2 }, async (item, signal) => {
    log.push(item);
    if (item === "fails") throw new Error("first");
    while (!signal.aborted) await setImmediate();
    log.push("stopped");
    throw new Error("second");
  });
  await expect(run).rejects.toThrow("first");
  expect(log).toEqual(["fails", "waits", "stopped"]);
});

it("begins nothing after its signal, and throws the reason of it, also where the work ended well", async () => {
  const over = new AbortController();
  const begun: number[] = [];
  const run = inParallel([0, 1], { most: 1, signal: over.signal }, async (item) => {
    begun.push(item);
    over.abort(new Error("enough"));
  });
  await expect(run).rejects.toThrow("enough");
  expect(begun).toEqual([0]);
});

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses to run %f at a time", async (most) => {
  expect(await failureOf(inParallel([1], { most }, async () => 1))).toMatchObject({ code: "E_OPTIONS" });
});
