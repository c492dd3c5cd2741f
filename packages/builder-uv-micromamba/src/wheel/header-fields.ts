/** The name of a field (RFC 5322, 2.2). */
const FIELD = /^([!-9;-~]+):[ \t]*(.*)$/;

export type HeaderField = readonly [name: string, value: string];

/**
 * The fields of a text that begins like a mail (PyPA core metadata, WHEEL): `Name: value` up to the first line that is
 * neither that nor the rest of one, which begins with a blank.
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
