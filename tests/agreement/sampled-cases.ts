import { sample } from "../support/sample.ts";
import type { Case } from "./cases/case.ts";
import { CASES } from "./cases.ts";
import type { Places } from "./setting.ts";

/** A case under the name its images get. */
export interface NamedCase extends Case {
  name: string;
}

/**
 * All cases in the full run. Otherwise those that end before anything is built, `count` of those that are built, and as
 * many more as it takes for each parameter of a built case to occur.
 */
export function sampledCases(places: Places, count: number, seed: number): NamedCase[] {
  const all = CASES.map((one, index) => ({ ...one, name: `case-${index}` }));
  if (process.env.IMAGESPEC_TEST_FULL === "1") return all;
  const short = all.filter(({ isLong = false }) => !isLong);
  const built = short.filter(({ ends }) => ends === "built");
  const parametersOf = ({ spec }: Case) => Object.keys(spec({ ...places, base: "" }).parameters);
  const chosen = new Set(sample(built, count, seed));
  const given = new Set([...chosen].flatMap(parametersOf));
  for (const one of built) {
    if (parametersOf(one).every((parameter) => given.has(parameter))) continue;
    chosen.add(one);
    for (const parameter of parametersOf(one)) given.add(parameter);
  }
  return short.filter((one) => one.ends !== "built" || chosen.has(one));
}
