import type { ContractRule } from "./contract-rules.ts";

/** One case of the contract: what it checks, and how. */
export interface ContractCase {
  /** The rule that is broken when the case fails. */
  readonly rule: ContractRule;
  /** Unique among the cases of one builder. */
  readonly title: string;
  /** Parameters of a spec that the case builds with and then finds in the image. */
  readonly shows?: readonly string[] | undefined;
  /** Resolves when the builder keeps the rule; rejects with an assertion or with what the build threw. */
  run(): Promise<void>;
}

/** What a case is called in a file of cases: its rule and its title. */
type CaseName = `${ContractRule}: ${string}`;

type Run = ContractCase["run"];

/** Cases by their names: what each does, with the parameters that it shows, if any. */
export type NamedCases = Readonly<Record<CaseName, Run | Pick<ContractCase, "shows" | "run">>>;

/** A case that builds with these parameters of a spec and then finds them in the image. */
export function showing(shows: readonly string[], run: Run): Pick<ContractCase, "shows" | "run"> {
  return { shows, run };
}

/** The cases of a file, as a suite runs them. */
export function casesOf(named: NamedCases): ContractCase[] {
  return Object.entries(named).map(([name, what]) => {
    const colon = name.indexOf(": ");
    const rule = name.slice(0, colon) as ContractRule;
    return { rule, title: name.slice(colon + 2), ...(typeof what === "function" ? { run: what } : what) };
  });
}
