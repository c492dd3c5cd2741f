import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";
import { spellingHint } from "./parameter-names.ts";

/** What people call the types that a spec file can hold. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["array", "a list"],
  ["tuple", "a pair"],
  ["record", "a mapping"],
  ["object", "a mapping"],
  ["string", "text"],
  ["boolean", "true or false"],
]);

/** Lists of single words, which are mistaken for a line of them. */
const WORDS: ReadonlySet<unknown> = new Set(["aptPackages", "condaChannels", "entrypoint"]);

/** What stands between the parts of texts that are mistaken for lists. */
const SEPARATORS: ReadonlyMap<unknown, string> = new Map([
  ["platform", ","],
  ["pipExtraArgs", " "],
]);

/**
 * What is wrong with a value of another type than the `expected` one, in the words of the file it stands in: what YAML
 * reads as a number was meant as text, and what is written as a list of `NAME=VALUE` as a mapping. `parameter` is what
 * the value was given for. Pure.
 */
export function typeBreach(expected: string, value: unknown, parameter?: unknown): Problem {
  const name = NAMES.get(expected) ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
  const message = `expected ${name}, found ${described(value, expected)}`;
  return { code: "invalid_type", message, hint: cure(expected, value, parameter) ?? `Write ${name}.` };
}

/** What is wrong with a value that is none of the `known` ones, of which it may be a misspelling. Pure. */
export function choiceBreach(known: readonly unknown[], value: unknown): Problem {
  const names = known.map(String);
  const message = `expected one of ${names.join(", ")}`;
  const all = `Use one of ${names.join(", ")}.`;
  return { code: "invalid_value", message, hint: typeof value === "string" ? spellingHint(value, names, all) : all };
}

/** The value at a path in data; undefined where the path leads nowhere. Pure. */
export function valueAt(value: unknown, [key, ...rest]: readonly (string | number)[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return valueAt((value as Record<string | number, unknown>)[key], rest);
}

function described(value: unknown, expected: string): string {
  if (Array.isArray(value)) return expected === "tuple" ? `a list of ${value.length}` : "a list";
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "object") return value instanceof Date ? "a date" : "a mapping";
  if (typeof value === "function") return "a function";
  return typeof value === "string" ? "text" : `the ${typeof value} ${String(value)}`;
}

function cure(expected: string, value: unknown, parameter: unknown): string | undefined {
  const scalar = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  // The value is not repeated: 1.10, 010 and True have become 1.1, 10 and true when they get here.
  if (expected === "string" && (scalar || value instanceof Date)) return "Quote it, as you wrote it.";
  if (expected === "array" && (typeof value === "string" || scalar)) {
    const text = redact(String(value));
    const items = WORDS.has(parameter) ? text.split(/[\s,]+/).filter(Boolean) : [text];
    return `Write it as a list: [${items.map((item) => `"${item}"`).join(", ")}].`;
  }
  if (expected === "record" && (Array.isArray(value) || typeof value === "string")) {
    // The value itself is not quoted, since it may be a secret.
    const [first] = Array.isArray(value) ? value : [value];
    const [, name] = (typeof first === "string" && /^([A-Za-z_]\w*)=/.exec(first)) || [];
    if (name !== undefined || Array.isArray(value)) return `Write it as a mapping: { ${name ?? "NAME"}: "..." }.`;
  }
  if (expected === "string" && Array.isArray(value)) return ofList(value, parameter);
  // In YAML a colon and a space make a mapping of a line.
  if (expected === "string" && parameter === "commands" && described(value, expected) === "a mapping")
    return "Write the command in quotes.";
  if (expected === "tuple" && parameter === "pipSecretMounts")
    return 'Write a pair: ["FILE_ON_THIS_MACHINE", "/PLACE/IN/THE/BUILD"].';
  if (expected === "boolean" && (value === "true" || value === "false")) return `Write ${value} without quotes.`;
  return undefined;
}

/** How to write what stands in a list and should be one text. */
function ofList(value: readonly unknown[], parameter: unknown): string | undefined {
  const [only] = value;
  if (value.length === 1 && typeof only === "string") return `Write it without brackets: "${redact(only)}".`;
  if (parameter === "requirements") return "Name one file, which may name others by -r.";
  const separator = SEPARATORS.get(parameter);
  if (separator === undefined || !value.every((item) => typeof item === "string")) return undefined;
  return `Write it as one text: "${redact(value.join(separator))}".`;
}
