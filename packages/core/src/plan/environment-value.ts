import type { EnvStep } from "./plan.ts";

/** PATH where a base's config has none; docker's own default. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * A piece of a variable's value: a text as it is, or the value the base has for the same variable. Where the base has
 * none, or an empty one, `otherwise` stands; else its value with `before` in front.
 */
export type ValuePart = string | { before: "" | ":"; otherwise: string };

/** A name that `$NAME` can refer to. */
const REFERABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The variables that an env step sets, sorted by name, with what each comes to: `$NAME` or `${NAME}` inside the value
 * of NAME is the base's value, any other `$` is itself. PATH is the lead, then the spec's part, else the base's;
 * PYTHONPATH the lead, then the spec's part, then the base's. Pure.
 */
export function environmentValues({ variables, lead }: EnvStep): Map<string, ValuePart[]> {
  const values = new Map<string, ValuePart[]>();
  for (const [name, value] of Object.entries(variables)) values.set(name, withReferences(name, value));
  const basePath: ValuePart = { before: "", otherwise: DEFAULT_PATH };
  if (lead.PATH !== undefined) values.set("PATH", behind(lead.PATH, values.get("PATH") ?? [basePath]));
  if (lead.PYTHONPATH !== undefined) {
    const own = values.get("PYTHONPATH") ?? [];
    const namesBase = own.some((part) => typeof part !== "string");
    const base: ValuePart[] = namesBase ? [] : [{ before: ":", otherwise: "" }];
    values.set("PYTHONPATH", [...behind(lead.PYTHONPATH, own), ...base]);
  }
  return new Map([...values].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The text of a value over a base that has `base` for the variable. Pure. */
export function valueOver(parts: readonly ValuePart[], base: string | undefined): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      return base ? `${part.before}${base}` : part.otherwise;
    })
    .join("");
}

function withReferences(name: string, value: string): ValuePart[] {
  if (!REFERABLE.test(name)) return [value];
  const otherwise = name === "PATH" ? DEFAULT_PATH : "";
  const reference = new RegExp(`\\$(?:${name}(?![A-Za-z0-9_])|\\{${name}\\})`);
  const texts = value.split(reference);
  return texts.flatMap((text, index): ValuePart[] => {
    const part: ValuePart[] = index === 0 ? [] : [{ before: "", otherwise }];
    return text === "" && texts.length > 1 ? part : [...part, text];
  });
}

/** A search path that begins with `lead`. */
function behind(lead: string, parts: readonly ValuePart[]): ValuePart[] {
  const [first, ...rest] = parts;
  if (first === undefined || first === "") return [lead];
  return typeof first === "string" ? [`${lead}:${first}`, ...rest] : [`${lead}:`, first, ...rest];
}
