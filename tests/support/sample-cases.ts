import type { ContractCase } from "@imagespec/testkit";
import { sample } from "./sample.ts";

/** The cases that show a parameter, and so many of the others; all in the full run. For a builder that takes long over each. */
export function sampleCases(cases: readonly ContractCase[], others: number): ContractCase[] {
  const shows = ({ shows: parameters }: ContractCase) => parameters !== undefined;
  return [
    ...cases.filter(shows),
    ...sample(
      cases.filter((one) => !shows(one)),
      others,
      23,
    ),
  ];
}
