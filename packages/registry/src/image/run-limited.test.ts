import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import { runLimited } from "./run-limited.ts";

it("returns results in the order of the tasks, and runs no more at a time than it may", async () => {
  let running = 0;
  let most = 0;
  const tasks = Array.from({ length: 7 }, (_, at) => async () => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 7 - at; turn++) await setImmediate();
    running--;
    return at;
  });
  expect(await runLimited(tasks, 3)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
  expect(await runLimited(tasks, Number.MAX_SAFE_INTEGER)).toHaveLength(7);
});

it("throws the first failure after the others have ended, and starts no more", async () => {
  const log: string[] = [];
  const tasks = [
    async () => Promise.reject(new Error("first")),
    async (signal: AbortSignal) => {
      while (!signal.aborted) await setImmediate();
      log.push("stopped");
      throw new Error("second");
    },
    async () => log.push("started"),
  ];
  await expect(runLimited(tasks, 2)).rejects.toThrow("first");
  expect(log).toEqual(["stopped"]);
});

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses to run %f at a time", async (limit) => {
  expect(await failureOf(runLimited([async () => 1], limit))).toMatchObject({ code: "E_OPTIONS" });
});
