import fc from "fast-check";
import type { DescribedSpec } from "./build-everywhere.ts";
import { describedSpecs } from "./grammar.ts";
import type { Places } from "./setting.ts";

const RUNS_IN_CI = 4;
const RUNS = 300;
const SEED = 20_783;

/** Specs from the grammar; the same ones for the same seed and places. */
export interface RandomSpecs {
  seed: number;
  specs: DescribedSpec[];
}

/**
 * As many as IMAGESPEC_RUNS says, by default four (all of 300 with IMAGESPEC_TEST_FULL=1), from IMAGESPEC_SEED. By
 * default the seed is always the same, so that a change is judged by what it changed; the nightly run takes a new one.
 */
export function randomSpecs(places: Places): RandomSpecs {
  const byDefault = process.env.IMAGESPEC_TEST_FULL === "1" ? RUNS : RUNS_IN_CI;
  const numRuns = wholeNumber("IMAGESPEC_RUNS", byDefault);
  const seed = wholeNumber("IMAGESPEC_SEED", SEED);
  return { seed, specs: fc.sample(describedSpecs(places), { seed, numRuns }) };
}

function wholeNumber(variable: string, byDefault: number): number {
  const value = Number(process.env[variable] || byDefault);
  if (!Number.isSafeInteger(value)) throw new Error(`${variable} is not a whole number`);
  return value;
}
