import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";

/** What people call the types that a spec file can hold. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["array", "list"],
  ["tuple", "pair"],
  ["record", "mapping"],
  ["object", "mapping"],
]);

/**
 * What is wrong with a value of another type than the `expected` one, in the words of the file it stands in: what YAML
 * reads as a number was meant as text, and what is written as a list of `NAME=VALUE` as a mapping. Pure.
 */
export function typeBreach(expected: string, value: unknown): Problem {
  const message = `expected ${expected}, found ${described(value)}`;
  return { code: "invalid_type", message, hint: cure(expected, value) };
}

function described(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "object") return value instanceof Date ? "a date" : "a mapping";
  return typeof value === "string" ? "text" : `the ${typeof value} ${String(value)}`;
}

function cure(expected: string, value: unknown): string {
  const scalar = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  // The value is not repeated: 1.10, 010 and True have become 1.1, 10 and true when they get here.
  if (expected === "string" && (scalar || value instanceof Date)) return "Quote it, as you wrote it.";
  if (expected === "array" && (typeof value === "string" || scalar)) {
    return `Write it as a list: ["${redact(String(value))}"].`;
  }
  if (expected === "record" && Array.isArray(value)) {
    // The value itself is not quoted, since it may be a secret.
    const [, name = "NAME"] = /^([A-Za-z_]\w*)=/.exec(String(value[0])) ?? [];
    return `Write it as a mapping: { ${name}: "..." }.`;
  }
  if (expected === "boolean" && (value === "true" || value === "false")) return `Write ${value} without quotes.`;
  const name = NAMES.get(expected) ?? expected;
  return `Write ${/^[aeiou]/.test(name) ? "an" : "a"} ${name}.`;
}
