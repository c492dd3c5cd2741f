import type { Measured } from "./measure.ts";
import type { Row, RowResult } from "./row.ts";

/**
 * Runs a row in pairs, A B A B: other load on the machine meets both sides, so that the ratio of a pair varies less
 * than its times.
 */
export async function paired(row: Row, rounds: number): Promise<RowResult> {
  const pairs: [ours: Measured, theirs: Measured][] = [];
  for (let round = 0; round < (row.rounds ?? rounds); round++) {
    await row.prepare?.(round);
    const ours = await row.ours(round);
    pairs.push([ours, await row.theirs(round)]);
  }
  const { name, rival, what, goal } = row;
  return {
    name,
    rival,
    what,
    goal,
    ratio: median(pairs.map(([ours, theirs]) => ours[what] / theirs[what])),
    ours: median(pairs.map(([ours]) => ours[what])),
    theirs: median(pairs.map(([, theirs]) => theirs[what])),
    megabytes: Math.max(...pairs.map(([ours]) => ours.megabytes)),
    rounds: pairs.length,
    ...sizes(pairs),
  };
}

function sizes(pairs: readonly [Measured, Measured][]): { size?: number } {
  const [[ours, theirs] = []] = pairs;
  return ours?.bytes === undefined || theirs?.bytes === undefined ? {} : { size: ours.bytes / theirs.bytes };
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
