import { packageVersion } from "@imagespec/registry/terms";
import type { RecordStore } from "../cache/record-store.ts";
import type { CondaSolver } from "./conda-package.ts";

/** Where answers are kept, and what else decides them. */
export interface RecentSolutions {
  records: RecordStore;
  /** Of the solver. */
  version: string;
  mirrors: Readonly<Record<string, string>> | undefined;
  /** Asks anew. */
  force: boolean;
}

/** Answers as the solver did if it was asked the same at most ten minutes ago; an index alone may have 50 MB. */
export function recentSolution(
  solver: CondaSolver,
  { records, version, mirrors, force }: RecentSolutions,
): CondaSolver {
  return (request) => {
    const { signal: _, ...asked } = request;
    const ask = () => solver(request);
    return records.recent("recent-conda-solutions", { ...asked, version, mirrors, recipe: 2 }, { force, ask });
  };
}

/** The version of the rattler that this package finds; undefined where its package does not show it. */
export function rattlerVersion(): string | undefined {
  try {
    return packageVersion(new URL("../package.json", import.meta.resolve("@conda-org/rattler")));
  } catch {
    return undefined;
  }
}
