import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import { timeLimit } from "./time-limit.ts";

it.each([0.0005, 0.0107])("ends after %s s, which are no whole milliseconds", async (timeout) => {
  const limit = timeLimit(kanikoOptions.parse({ timeout }));
  await sleep(100);
  expect(limit.aborted).toBe(true);
});

it("waits as long as the options allow at most", async () => {
  const limit = timeLimit(kanikoOptions.parse({ timeout: 2_147_483 }));
  await sleep(20);
  expect(limit.aborted).toBe(false);
});
