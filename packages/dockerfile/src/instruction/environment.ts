import { type BuildPlan, environmentValues, type ValuePart } from "@imagespec/core/builder";
import { escapeName, escapeValue } from "./assignment.ts";

// Leaves room for what is written around a value on a line of at most 64 KiB, with a backslash before every byte.
const LONGEST_TEXT = 30_000;
// Fits into one argument and one variable (core's LARGEST_ARGUMENT) with the name of the build argument.
const LONGEST_PIECE = 60_000;

/** The environment of a plan as it stands in a Dockerfile. */
export interface RenderedEnvironment {
  /** `NAME="VALUE"` for ENV, sorted by name. */
  assignments: string[];
  /**
   * The build arguments they need, by name: what no line of a Dockerfile can hold (with CR or LF in it, or too long),
   * as `IMAGESPEC_ENV_<n>`, n counting from 0 in the order of names.
   */
  arguments: Record<string, string>;
}

/** Writes each variable so that frontends give back what {@link environmentValues} says it comes to. */
export function renderEnvironment({ steps }: BuildPlan): RenderedEnvironment {
  const values = steps.env === undefined ? new Map<string, ValuePart[]>() : environmentValues(steps.env);
  const needed: [string, string][] = [];
  // Variables inside the value of a build argument are not expanded again.
  const argument = (text: string) => {
    const name = `IMAGESPEC_ENV_${needed.length}`;
    needed.push([name, text]);
    return `\${${name}}`;
  };
  const rendered = (name: string, part: ValuePart) => {
    if (typeof part !== "string") return reference(name, part);
    return needsArgument(part) ? pieces(part).map(argument).join("") : escapeValue(part);
  };
  const assignments = [...values].map(
    ([name, parts]) => `${escapeName(name)}="${parts.map((part) => rendered(name, part)).join("")}"`,
  );
  return { assignments, arguments: Object.fromEntries(needed) };
}

/** The base's value of a variable that can be referred to. `:-` and `:+` treat an empty value as unset. */
function reference(name: string, { before, otherwise }: Exclude<ValuePart, string>): string {
  if (otherwise !== "") return `\${${name}:-${otherwise}}`;
  return before === "" ? `\${${name}}` : `\${${name}:+${before}\${${name}}}`;
}

function needsArgument(text: string): boolean {
  return /[\r\n]/.test(text) || Buffer.byteLength(text) > LONGEST_TEXT;
}

/** A text cut between characters into pieces that fit. */
function pieces(text: string): string[] {
  if (Buffer.byteLength(text) <= LONGEST_PIECE) return [text];
  // At most three bytes stand for one UTF-16 unit.
  const length = LONGEST_PIECE / 3;
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + length, text.length);
    if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? "")) end--;
    found.push(text.slice(start, end));
    start = end;
  }
  return found;
}
