import type { ContractCase } from "@imagespec/testkit";
import type { Services } from "../../scripts/services/services.ts";
import { sample } from "./sample.ts";

const isFull = process.env.IMAGESPEC_TEST_FULL === "1";

export interface CaseSample {
  /** How many of the cases that show no parameter. */
  others: number;
  /** Parameters that another suite of the same builder shows. */
  shownElsewhere?: readonly string[] | undefined;
}

/**
 * The cases that show a parameter, and so many of the others; all in the full run. For a builder that takes long over
 * each.
 */
export function sampleCases(
  cases: readonly ContractCase[],
  { others, shownElsewhere = [] }: CaseSample,
): readonly ContractCase[] {
  if (isFull) return cases;
  const isNeeded = ({ shows }: ContractCase) => shows?.some((parameter) => !shownElsewhere.includes(parameter));
  const shownHere = cases.filter(isNeeded);
  const free = cases.filter(({ shows }) => shows === undefined);
  return [...shownHere, ...sample(free, others, 23)];
}

/**
 * What those cases build on. Where another suite shows aptPackages, a sample needs no apt, and the Python base without
 * it is unpacked and read in half the time.
 */
export function sampleImages({ images }: Services): Services["images"] {
  return isFull ? images : { ...images, python: images.pythonSmall };
}
