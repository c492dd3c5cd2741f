/** The lines of a text, one at a time: a record may have millions, of which only the first are taken. */
export function* textLines(text: string): Generator<string, void, undefined> {
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
}
