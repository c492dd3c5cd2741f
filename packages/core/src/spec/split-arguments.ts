import type { Breach } from "./rule.ts";

/**
 * Splits a text into arguments at white space; single and double quotes keep it together, and nothing else is special.
 * Undefined when a quote is left open. Pure.
 */
export function splitArguments(text: string): string[] | undefined {
  const result: string[] = [];
  let current: string | undefined;
  let quote: string | undefined;
  for (const character of text) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else current = (current ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      current ??= "";
    } else if (/\s/.test(character)) {
      if (current !== undefined) result.push(current);
      current = undefined;
    } else current = (current ?? "") + character;
  }
  if (quote !== undefined) return undefined;
  if (current !== undefined) result.push(current);
  return result;
}

const FILE_OPTION =
  /^(?:-[ercb]$|-[ercb][^-=]|--(?:editable|requirements?|constraints?|overrides?|build-constraints?|config-file)(?:=|$))/;

/** The rule for `pipExtraArgs`: quotes are closed, and no option names a file, since none is shipped for it. */
export function extraArgumentsBreach(text: string): Breach | undefined {
  const parts = splitArguments(text);
  if (parts === undefined) return { code: "quote", message: "a quote is left open", hint: "Close it." };
  if (parts.length === 0) return { code: "empty", message: "it is empty", hint: "Leave it out instead." };
  const option = parts.find((part) => FILE_OPTION.test(part));
  if (option === undefined) return undefined;
  return {
    code: "file_option",
    message: `the option '${option}' names a file, and files named here do not go into the build`,
    hint: "Name requirement and constraint files by requirements.",
  };
}
