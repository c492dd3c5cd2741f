/** How many of the last lines of a build's log an error keeps. */
export const TAIL_LINES = 50;

/** How many of the last lines count: an earlier one may tell of an attempt that was repeated and went well. */
const END_LINES = 8;

/** The last lines of a log, which say how it ended. */
export function endOf(tail: readonly string[]): string[] {
  return tail.slice(-END_LINES);
}

/** The last lines of a log, as the end of a message; empty without any. */
export function lastLines(tail: readonly string[]): string {
  return tail.length === 0 ? "" : `\n  last lines:\n${tail.map((line) => `    ${line}`).join("\n")}`;
}
