/** A line of a requirements file after joining, with the number of its first line. */
export interface LogicalLine {
  line: number;
  content: string;
  /** Whether a backslash joined it of several. */
  isJoined: boolean;
}

/**
 * The lines of a requirements file without comments and empty ones: a backslash at the end joins the next line, and a
 * comment ends what a backslash above it began, and its own backslash joins nothing. A byte order mark and every kind
 * of line end are taken. Pure.
 */
export function logicalLines(text: string): LogicalLine[] {
  const result: LogicalLine[] = [];
  let parts: string[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  for (const [index, raw] of lines.entries()) {
    const uncommented = raw.replace(/(^|\s)#.*$/s, "");
    const goesOn = uncommented === raw && raw.endsWith("\\") && index < lines.length - 1;
    parts.push(goesOn ? raw.slice(0, -1) : uncommented);
    if (goesOn) continue;
    const content = parts.join("").trim();
    if (content !== "") result.push({ line: index + 2 - parts.length, content, isJoined: parts.length > 1 });
    parts = [];
  }
  return result;
}
