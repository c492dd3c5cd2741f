import { expect, it } from "vitest";
import type { Measured } from "../bench/measure.ts";
import { median, paired } from "../bench/paired.ts";
import { plot } from "../bench/plot.ts";
import { tableLine } from "../bench/table.ts";

const took = (ms: number): Measured => ({ ms, cpu: 0, megabytes: ms });

it("runs both sides in turn and takes the median of the ratios, not the ratio of the medians", async () => {
  const calls: string[] = [];
  const [ours, theirs] = [
    [100, 400, 90],
    [200, 500, 900],
  ];
  const side = (name: string, times: number[] | undefined) => async (round: number) => {
    calls.push(`${name}${round}`);
    return took(times?.[round] ?? 0);
  };
  const row = {
    name: "row <1>",
    rival: "rival",
    goal: 0.4,
    what: "ms",
    ours: side("a", ours),
    theirs: side("b", theirs),
  } as const;
  const result = await paired(row, 3);
  expect(calls).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
  expect(result).toMatchObject({ ratio: 0.5, ours: 100, theirs: 500, megabytes: 400, rounds: 3 });
  expect(tableLine(result)).toContain("0.50x");
  expect(tableLine(result)).toContain("above the goal");
  expect(plot([result])).toContain("row &lt;1>");
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("median of %j", (values, middle) => expect(median(values)).toBe(middle));
