import { handedOn } from "./handed-on.ts";

/**
 * The fields of one stanza, in their order. As with dpkg, a value keeps its line ends, the blank at the start of each
 * further line, and blanks at the ends of lines.
 */
export type Stanza = Map<string, string>;

/**
 * Reads stanzas (deb-control(5)), which empty lines separate. A field is `Name: value`, and goes on in the lines after
 * it that begin with a space or tab. Names keep their spelling.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a line of any other form.
 */
export function parseStanzas(text: string, subject: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let stanza: Stanza | undefined;
  let last = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    if (line.trim() === "") {
      stanza = undefined;
      continue;
    }
    if (stanza === undefined) {
      stanza = new Map();
      stanzas.push(stanza);
      last = "";
    }
    if (/^[ \t]/.test(line) && last !== "") {
      stanza.set(last, `${stanza.get(last)}\n${line}`);
      continue;
    }
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw handedOn(`${subject} has a line that is not a field: ${line.slice(0, 80)}`);
    stanza.set(name, value);
    last = name;
  }
  return stanzas;
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The value of a field, whatever the case of its name; "" where there is none. */
export function fieldOf(stanza: Stanza, name: string): string {
  for (const [key, value] of stanza) if (key.toLowerCase() === name.toLowerCase()) return value;
  return "";
}
