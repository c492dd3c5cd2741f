import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { atMost } from "./at-most.ts";

it("keeps the limit and the order, also when work fails", async () => {
  const limit = atMost(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    [0, 1, 2, 3, 4, 5].map((index) =>
      limit(async () => {
        begun.push(index);
        most = Math.max(most, ++running);
        await turn();
        running--;
        if (index % 2 === 1) throw new Error(`${index}`);
        return index;
      }),
    ),
  );
  expect([begun, most, running]).toEqual([[0, 1, 2, 3, 4, 5], 2, 0]);
  expect(results.map(({ status }) => status)).toEqual(
    [0, 1, 2, 3, 4, 5].map((index) => (index % 2 === 1 ? "rejected" : "fulfilled")),
  );
  await expect(limit(async () => "again")).resolves.toBe("again");
});
