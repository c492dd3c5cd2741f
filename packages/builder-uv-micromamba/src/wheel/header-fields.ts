/** The name of a field (RFC 5322, 2.2). */
const FIELD = /^([!-9;-~]+):[ \t]*(.*)$/;

export type HeaderField = readonly [name: string, value: string];

/**
 * The fields at the head of a text in the format of mails (PyPA core metadata, WHEEL). A line that begins with a blank
 * continues the field before it. The fields end at the first line that is neither.
 */
export function headerFields(text: string): HeaderField[] {
  const fields: HeaderField[] = [];
  for (const line of text.replace(/\r?\n[ \t]+(?=\S)/g, " ").split(/\r?\n/)) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) break;
    fields.push([name, value.trim()]);
  }
  return fields;
}
