import type { ContractCase } from "@imagespec/testkit";
import { sample } from "./sample.ts";

export interface CaseSample {
  /** How many of the cases that show no parameter. */
  others: number;
  /** Parameters that another suite of the same builder shows. */
  shownElsewhere?: readonly string[] | undefined;
}

/** The cases that show a parameter, and so many of the others; all in the full run. For a builder that takes long over each. */
export function sampleCases(
  cases: readonly ContractCase[],
  { others, shownElsewhere = [] }: CaseSample,
): readonly ContractCase[] {
  if (process.env.IMAGESPEC_TEST_FULL === "1") return cases;
  const isNeeded = ({ shows }: ContractCase) => shows?.some((parameter) => !shownElsewhere.includes(parameter));
  const shownHere = cases.filter(isNeeded);
  const free = cases.filter(({ shows }) => shows === undefined);
  return [...shownHere, ...sample(free, others, 23)];
}
