import { handedOn } from "./handed-on.ts";

/** The fields of one stanza in the order they stand in; a value keeps its line ends, the space before each
 * further line and those at ends, as dpkg does. */
export type Stanza = Map<string, string>;

/**
 * Reads stanzas (deb-control(5)): `Name: value`, lines that begin with a space or tab go on, empty lines separate.
 * Fields are found by their name as it is spelled.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a line that is neither.
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

/** The value of a field whatever the case of its name; "" where there is none. */
export function fieldOf(stanza: Stanza, name: string): string {
  for (const [key, value] of stanza) if (key.toLowerCase() === name.toLowerCase()) return value;
  return "";
}
