import { spellingHint } from "../spec/parameter-names.ts";

/** Of which type an option is. */
export type OptionType = keyof typeof TYPES;

const TYPES = {
  "a text": (value: unknown) => typeof value === "string",
  "true or false": (value: unknown) => typeof value === "boolean",
  "an object": (value: unknown) => isObject(value) && !Array.isArray(value),
  // One of another realm, as in tests in a browser's environment, is no instance of this one's class.
  "an AbortSignal": (value: unknown) => isObject(value) && "aborted" in value,
  "a function": (value: unknown) => typeof value === "function",
};

/**
 * What is wrong with the names or types of a call's options, for callers without types; undefined for options that are
 * as they should be.
 */
export function optionTypeBreach(
  options: object,
  types: Readonly<Record<string, OptionType>>,
): { message: string; hint: string } | undefined {
  const names = Object.keys(types);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const what = Object.hasOwn(types, name) ? types[name] : undefined;
    if (what === undefined)
      return { message: `there is no option "${name}"`, hint: spellingHint(name, names, `Use ${names.join(", ")}.`) };
    if (!TYPES[what](value)) return { message: `${name} is not ${what}`, hint: `Pass ${what} as ${name}.` };
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
