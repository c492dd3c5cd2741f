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
