import { handedOn } from "../system/handed-on.ts";

/** A record in one of debconf's databases: a template, which its question owns, or a question, which a package owns. */
export interface DebconfRecord {
  name: string;
  fields: ReadonlyMap<string, string>;
  owner: string;
  /** Whether debconf counts it as shown to somebody. */
  seen?: boolean;
  /** The values of the variables in its template. */
  variables?: ReadonlyMap<string, string>;
}

/** What has been answered, by question. */
export interface Answered {
  answers: Readonly<Record<string, string>>;
  /** Questions that debconf counts as shown to somebody. */
  seen?: readonly string[] | undefined;
  /** Of some questions, one variable of their template and its value. */
  variables?: Readonly<Record<string, { name: string; value: string }>>;
}

/**
 * The records that debconf makes of a package's templates file (debconf-devel(7)).
 *
 * @throws ImageSpecError E_UNSUPPORTED for a line of another form.
 */
export function readTemplates(text: string, subject: string): DebconfRecord[] {
  const stanzas = text.split(/\n{2,}/).filter((stanza) => stanza.trim() !== "");
  return stanzas.map((stanza) => {
    const fields = new Map<string, string>();
    let [name, value, extended] = ["", "", ""];
    const keep = () => {
      if (name === "") return;
      fields.set(name, value);
      const rest = extended.replace(/\n+$/, "");
      if (rest !== "") fields.set(`extended_${name}`, rest);
    };
    for (const line of stanza.replace(/^\n+|\n+$/g, "").split("\n")) {
      const field = /^([-_@.A-Za-z0-9]*):\s?(.*)/.exec(line);
      if (field !== null) {
        keep();
        [name, value, extended] = [(field[1] ?? "").toLowerCase(), (field[2] ?? "").trimEnd(), ""];
        continue;
      }
      const [, verbatim, wrapped] = /^\s(?:(\s+.*)|(.*))/.exec(line) ?? [];
      const isOpen = extended !== "" && !/[\n ]$/.test(extended);
      if (/^\s\.$/.test(line)) extended += "\n\n";
      else if (verbatim !== undefined) extended += `${isOpen ? "\n" : ""}${verbatim.trimEnd()}\n`;
      else if (wrapped !== undefined) extended += `${isOpen ? " " : ""}${wrapped.trimEnd()}`;
      else throw handedOn(`${subject} has a template for debconf that is not read here: ${line.slice(0, 80)}`);
    }
    keep();
    const title = fields.get("template") ?? "";
    fields.delete("template");
    return { name: title, fields, owner: title };
  });
}

/** The questions of templates, with the answers and variables that are given for them. */
export function questionsOf(
  templates: readonly DebconfRecord[],
  { answers, seen = [], variables = {} }: Answered,
  owner: string,
): DebconfRecord[] {
  return templates.map(({ name }) => {
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
    const fields = new Map([["template", name]]);
    if (answer !== undefined) fields.set("value", answer);
    const set = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const filled = set && { variables: new Map([[set.name, set.value]]) };
    return { name, fields, owner, seen: seen.includes(name), ...filled };
  });
}

/** A database with more records, sorted as debconf sorts them. Undefined where it already holds one of the names. */
export function addRecords(database: string, added: readonly DebconfRecord[]): string | undefined {
  const stanzas = database.split("\n\n").filter((stanza) => stanza.trim() !== "");
  const all = new Map(stanzas.map((stanza) => [/^Name: (.*)$/m.exec(stanza)?.[1] ?? "", stanza]));
  for (const { name, fields, owner, seen = false, variables } of added) {
    if (all.has(name)) return undefined;
    const lines = [...fields].sort(([one], [other]) => (one < other ? -1 : 1));
    const shown = lines.map(
      ([field, value]) => `${field.charAt(0).toUpperCase()}${field.slice(1)}: ${value.replaceAll("\n", "\\n")}`,
    );
    const set = [...(variables ?? [])].map(([variable, value]) => ` ${variable} = ${value}`);
    const last = set.length === 0 ? [] : ["Variables:", ...set];
    all.set(
      name,
      [`Name: ${name}`, ...shown, `Owners: ${owner}`, ...(seen ? ["Flags: seen"] : []), ...last].join("\n"),
    );
  }
  const sorted = [...all].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([, stanza]) => `${stanza.replace(/^\n+|\n+$/g, "")}\n\n`).join("");
}

/** A database without the records of these names. */
export function withoutRecords(database: string, records: readonly DebconfRecord[]): string {
  const names = new Set(records.map(({ name }) => name));
  const stanzas = database.split("\n\n").filter((stanza) => stanza.trim() !== "");
  return stanzas
    .filter((stanza) => !names.has(/^Name: (.*)$/m.exec(stanza)?.[1] ?? ""))
    .map((stanza) => `${stanza}\n\n`)
    .join("");
}
