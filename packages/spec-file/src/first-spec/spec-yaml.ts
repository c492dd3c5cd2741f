import type { SpecDraft } from "./draft-spec.ts";

/** A draft as the text of an `imagespec.yaml`, its notes as comments. */
export function specYaml({ parameters, notes }: SpecDraft): string {
  const lines = Object.entries(parameters).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (Array.isArray(value)) {
      return value.length === 0 ? [`${key}: []`] : [`${key}:`, ...value.map((item) => `  - ${scalar(String(item))}`)];
    }
    if (typeof value === "object") {
      return [
        `${key}:`,
        ...Object.entries(value).map(([inner, text]) => `  ${scalar(inner)}: ${scalar(String(text))}`),
      ];
    }
    return [`${key}: ${scalar(String(value))}`];
  });
  const comments = notes.map((note) => `# ${note.replaceAll(/\s+/g, " ")}`);
  return [...comments, ...(comments.length === 0 ? [] : [""]), ...lines, ""].join("\n");
}

/** Plain where YAML reads it as the text it is, in quotes otherwise: JSON's texts are YAML's. */
function scalar(text: string): string {
  const isPlain =
    /^[A-Za-z_./][\w./+-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null|y|n|\.(?:inf|nan))$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
