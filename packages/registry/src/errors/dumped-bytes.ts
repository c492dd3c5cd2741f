import type { Span } from "./span.ts";

/** Bytes of a secret one after another by which a dump is taken for one of it. */
const LEAST_BYTES = 6;
/** Bytes of a secret that are looked for in dumps; in a longer one each line is a secret of its own. */
const LARGEST_SECRET = 1024;

/** Numbers in a row as tools print bytes: hexadecimal in groups (xxd, hexdump, od), octal (od -b), decimal in lists. */
const ROWS: readonly { row: RegExp; bytesOf: (number: string) => number[] }[] = [
  { row: /\b(?:(?:0x)?(?:[\da-f]{2}){1,8}(?:[,;:-]? {0,2}|[:-]))+/gi, bytesOf: (number) => hexBytes(number) },
  { row: /\b[0-3][0-7]{2}(?: {1,2}[0-3][0-7]{2}){5,}\b/g, bytesOf: (number) => [Number.parseInt(number, 8)] },
  { row: /\b\d{1,3}(?:, ?\d{1,3}){5,}\b/g, bytesOf: (number) => [Number(number)] },
];

/** Whether a text may hold a dump at all, which few lines do. */
const MAY_DUMP = /[\da-f]{2}[,;: -]{1,2}(?:0x)?[\da-f]{2}/i;

/**
 * Where a dump shows six bytes or more of a secret, in whichever order of the bytes of a group; up to the end of its
 * row, and of the characters that stand beside it. Pure.
 */
export function dumpedSpans(text: string, secrets: Iterable<string>): Span[] {
  if (!MAY_DUMP.test(text)) return [];
  const wanted = Array.from(secrets, (secret) => Buffer.from(secret)).filter(
    ({ length }) => length >= LEAST_BYTES && length <= LARGEST_SECRET,
  );
  const found: Span[] = [];
  for (const { row, bytesOf } of ROWS)
    for (const { 0: numbers, index } of text.matchAll(row)) {
      const groups = Array.from(numbers.matchAll(/(?:0x)?([\da-f]+)/gi), (match) => ({
        start: index + match.index,
        bytes: bytesOf(match[1] as string),
      }));
      for (const order of [groups, groups.map(({ start, bytes }) => ({ start, bytes: bytes.toReversed() }))]) {
        const start = firstShown(order, wanted);
        if (start !== undefined) found.push({ start, end: endOfRow(text, index, numbers) });
      }
    }
  return found;
}

interface Group {
  start: number;
  bytes: number[];
}

/** Where the first group stands that is a part of a secret. */
function firstShown(groups: readonly Group[], secrets: readonly Buffer[]): number | undefined {
  const bytes = Buffer.from(groups.flatMap((group) => group.bytes));
  const starts = groups.flatMap((group) => group.bytes.map(() => group.start));
  for (let at = 0; at + LEAST_BYTES <= bytes.length; at++) {
    const shown = bytes.subarray(at, at + LEAST_BYTES);
    if (secrets.some((secret) => secret.includes(shown))) return starts[at];
  }
  return undefined;
}

function hexBytes(number: string): number[] {
  return Array.from(Buffer.from(number, "hex"));
}

/** Two blanks behind the numbers part them from the characters. */
function endOfRow(text: string, index: number, numbers: string): number {
  const end = index + numbers.replace(/[,;:\s-]+$/, "").length;
  if (text.slice(end, end + 2) !== "  ") return end;
  const rest = text.slice(end).search(/[\r\n]/);
  return rest === -1 ? text.length : end + rest;
}
