import type { ImageUse } from "./find-uses.ts";

/**
 * The text with each use replaced by its reference, and every other character as it was: quotes, anchors, comments and
 * block style stay. Pure.
 */
export function replaceUses(text: string, uses: readonly { use: ImageUse; reference: string }[]): string {
  let done = "";
  let at = 0;
  for (const { use, reference } of uses) {
    const [start, end] = use.range;
    done += text.slice(at, start) + replaceIn(text.slice(start, end), use.text, reference);
    at = end;
  }
  return done + text.slice(at);
}

/** `written` is the value with the quotes or the block header that YAML puts around it. */
function replaceIn(written: string, value: string, reference: string): string {
  const [before, after, another] = written.split(value);
  // A value with escapes in it is not found, and is then rewritten.
  if (before === undefined || after === undefined || another !== undefined) return JSON.stringify(reference);
  // A plain value may not begin with the bracket of an IPv6 address.
  if (before === "" && reference.startsWith("[")) return JSON.stringify(reference) + after;
  return before + reference + after;
}
