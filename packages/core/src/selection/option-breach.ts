import type { StandardResult } from "../builder/standard-schema.ts";
import { faultPath } from "../spec/fault-path.ts";
import { choiceBreach, typeBreach, valueAt } from "../spec/type-breach.ts";

type Issue = NonNullable<StandardResult["issues"]>[number];

/** What zod says of an issue beyond what every schema library says. */
type ZodIssue = Issue & {
  code?: string;
  /** The type that was wanted, of an `invalid_type`. */
  expected?: string;
  /** What may be chosen, of an `invalid_value`. */
  values?: readonly unknown[];
  /** The names that the schema does not have, of `unrecognized_keys`. */
  keys?: readonly string[];
};

/** The place of an issue in the options. Pure. */
function optionPath({ path = [] }: Issue): (string | number)[] {
  return path.map((part) => {
    const key = typeof part === "object" ? part.key : part;
    return typeof key === "number" ? key : String(key);
  });
}

/** The options at the top that an issue is about, as far as the builder's schema tells. Pure. */
export function optionNames(issue: Issue): string[] {
  const [first] = optionPath(issue);
  return first === undefined ? [...((issue as ZodIssue).keys ?? [])] : [String(first)];
}

/** What is wrong with options of a builder, in the words that are used for a spec's own parameters. Pure. */
export function optionBreach(issue: Issue, options: unknown): string {
  const { code, expected, values, keys = [], message } = issue as ZodIssue;
  const path = optionPath(issue);
  const at = (...more: string[]) => faultPath(["builderOptions", ...path, ...more]);
  if (keys.length > 0) return keys.map((key) => `${at(key)}: the builder has no such option`).join("; ");
  const value = valueAt(options, path);
  if (code === "invalid_type" && expected !== undefined) return `${at()}: ${typeBreach(expected, value).message}`;
  if (code === "invalid_value" && values !== undefined) return `${at()}: ${choiceBreach(values, value).message}`;
  return `${at()}: ${message}`;
}
