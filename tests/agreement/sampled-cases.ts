import { sample } from "../support/sample.ts";
import type { Case } from "./cases/case.ts";
import { CASES } from "./cases.ts";
import type { Places } from "./setting.ts";

/** A case under the name its images get. */
export interface NamedCase extends Case {
  name: string;
}

/** What a spec or its files are refused for before any builder runs. */
const AT_ONCE: readonly unknown[] = ["E_SPEC", "E_INPUT_FILE"];

/**
 * All cases in the full run. Otherwise, of those that are built, one about each thing and as many more as it takes for
 * each parameter to occur; of the others, those that end before anything is built, and one for each other end.
 */
export function sampledCases(places: Places, seed: number): NamedCase[] {
  const about = CASES.map((ones, thing) => ones.map((one, index) => ({ ...one, name: `case-${thing}-${index}` })));
  if (process.env.IMAGESPEC_TEST_FULL === "1") return about.flat();
  const short = about.map((ones) => ones.filter(({ isLong = false }) => !isLong));
  const built = short.map((ones) => ones.filter(({ ends }) => ends === "built"));
  const chosen = new Set(built.flatMap((ones) => sample(ones, 1, seed)));
  for (const one of covering(built.flat(), [...chosen], places)) chosen.add(one);
  const refused = short.flat().filter(({ ends }) => ends !== "built");
  for (const [end, ones] of Map.groupBy(refused, ({ ends }) => String(ends)))
    for (const one of AT_ONCE.includes(end) ? ones : sample(ones, 1, seed)) chosen.add(one);
  return short.flat().filter((one) => chosen.has(one));
}

/** Those with which, beside the ones that are given, every parameter occurs: always the one that adds most. */
function covering(cases: readonly NamedCase[], given: readonly NamedCase[], places: Places): NamedCase[] {
  const parameters = new Map(cases.map((one) => [one, Object.keys(one.spec({ ...places, base: "" }).parameters)]));
  const occurred = new Set(given.flatMap((one) => parameters.get(one) ?? []));
  const more: NamedCase[] = [];
  for (;;) {
    const added = cases.map((one) => (parameters.get(one) ?? []).filter((name) => !occurred.has(name)).length);
    const most = Math.max(...added);
    const next = cases[added.indexOf(most)];
    if (next === undefined || most === 0) return more;
    more.push(next);
    for (const name of parameters.get(next) ?? []) occurred.add(name);
  }
}
