import { expect, it } from "vitest";
import { shareRunning } from "./share-running.ts";

it("does work once for those who ask for the same at the same time, and again for who comes later", async () => {
  const begun: string[] = [];
  const ask = shareRunning(async (key) => {
    begun.push(key);
    await Promise.resolve();
    return begun.length;
  });
  expect(await Promise.all([ask("a"), ask("b"), ask("a")])).toEqual([2, 2, 2]);
  expect(begun).toEqual(["a", "b"]);
  expect(await ask("a")).toBe(3);
});

it("fails for all who share it, and is tried again", async () => {
  let tries = 0;
  const ask = shareRunning(() => Promise.reject(new Error(`try ${++tries}`)));
  const outcomes = await Promise.allSettled([ask(""), ask("")]);
  expect(outcomes).toMatchObject([{ reason: { message: "try 1" } }, { reason: { message: "try 1" } }]);
  await expect(ask("")).rejects.toThrow("try 2");
});
