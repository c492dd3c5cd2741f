import type { BuildPlan } from "@imagespec/core/builder";

// Leaves room for what is written around a value on a line of at most 64 KiB.
const LONGEST_VALUE = 30_000;

/**
 * The build arguments a rendered plan needs, by name: environment values that no line of a Dockerfile can hold
 * (with CR or LF in them, or too long), as `IMAGESPEC_ENV_<n>`, n counting these values from 0 in the order of names.
 */
export function buildArguments(plan: BuildPlan): Record<string, string> {
  const needing = Object.values(sortedVariables(plan)).filter(needsArgument);
  return Object.fromEntries(needing.map((value, index) => [`IMAGESPEC_ENV_${index}`, value]));
}

/** Whether an environment value travels as a build argument. */
export function needsArgument(value: string): boolean {
  return /[\r\n]/.test(value) || value.length > LONGEST_VALUE;
}

/** The plan's own environment variables, sorted by name, without the two that are put together from several parts. */
export function sortedVariables(plan: BuildPlan): Record<string, string> {
  const variables = plan.steps.env?.variables ?? {};
  const names = Object.keys(variables).filter((name) => name !== "PATH" && name !== "PYTHONPATH");
  return Object.fromEntries(names.sort().map((name) => [name, variables[name] ?? ""]));
}
