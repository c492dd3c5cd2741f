import { packageVersion } from "@imagespec/registry/terms";
import type { RecordStore } from "../cache/record-store.ts";
import type { CondaSolver } from "./conda-package.ts";

/** Where answers are kept, and what they depend on besides the request. */
export interface RecentSolutions {
  records: RecordStore;
  /** The version of the solver. */
  version: string;
  mirrors: Readonly<Record<string, string>> | undefined;
  /** Whether the channels are asked anew. */
  force: boolean;
}

/** A solver that repeats the answer to the same request for ten minutes, since an index alone may have 50 MB. */
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

/** The version of the installed rattler; undefined where its package.json cannot be read. */
export function rattlerVersion(): string | undefined {
  try {
    return packageVersion(new URL("../package.json", import.meta.resolve("@conda-org/rattler")));
  } catch {
    return undefined;
  }
}
