/** A line of a requirements file after joining, with the number of its first line. */
export interface LogicalLine {
  line: number;
  content: string;
}

/**
 * The lines of a requirements file without comments and empty ones: a backslash at the end joins the next line, and a
 * comment ends what a backslash above it began. A byte order mark and every kind of line end are taken. Pure.
 */
export function logicalLines(text: string): LogicalLine[] {
  const result: LogicalLine[] = [];
  let joined = "";
  let start = 0;
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  for (const [index, raw] of lines.entries()) {
    const isComment = /^\s*#/.test(raw);
    if (joined === "") start = index + 1;
    if (raw.endsWith("\\") && !isComment) {
      joined += raw.slice(0, -1);
      continue;
    }
    const content = (isComment ? joined : joined + raw).replace(/(^|\s)#.*$/, "").trim();
    joined = "";
    if (content !== "") result.push({ line: start, content });
  }
  if (joined.trim() !== "") result.push({ line: start, content: joined.trim() });
  return result;
}
