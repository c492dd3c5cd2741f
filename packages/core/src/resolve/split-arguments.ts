import { ImageSpecError } from "@imagespec/registry";

/**
 * Splits a text into arguments at white space; single and double quotes keep it together, and nothing else is special.
 * Throws E_SPEC when a quote is left open.
 */
export function splitArguments(text: string, parameter: string): string[] {
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
  if (quote !== undefined) {
    const message = `${parameter} leaves a ${quote} open`;
    throw new ImageSpecError("E_SPEC", message, {
      hint: "close the quote",
      faults: [{ path: [parameter], code: "quote", message }],
    });
  }
  if (current !== undefined) result.push(current);
  return result;
}
