import { ImageSpecError } from "@imagespec/core";
import { repeatedKey } from "@imagespec/core/internal";
import { inputFault } from "./input-fault.ts";
import { tooDeep } from "./nesting.ts";
import { yamlBreach } from "./yaml-breach.ts";

/**
 * The data of a spec in JSON or YAML. `name` is what messages call it.
 *
 * @throws ImageSpecError E_INPUT_FILE with line and column where they are known, E_SPEC when it is nested too deeply.
 */
export async function parseSpecText(text: string, kind: "json" | "yaml" | "either", name: string): Promise<unknown> {
  if (kind === "yaml") return parseYaml(text, name);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    if (kind === "either") return parseYaml(text, name);
    throw inputFault(
      `${name} is not JSON: ${(error as Error).message}`,
      "Correct it, or write the spec as YAML.",
      error,
    );
  }
  const repeated = repeatedKey(text);
  if (repeated === undefined) return data;
  throw inputFault(`${name} holds the name ${JSON.stringify(repeated)} twice in one object`, "Keep one of the two.");
}

async function parseYaml(text: string, name: string): Promise<unknown> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const notYaml = (offset: number, what: string, cause?: unknown) => {
    const { line, col } = lines.linePos(offset);
    return inputFault(`${name}:${line}:${col}: not YAML: ${what}`, "Correct this line.", cause);
  };
  try {
    // `<<: *defaults` is YAML 1.1's merge key, which is still common in compose and CI files.
    const reading = { prettyErrors: false, logLevel: "error", merge: true, uniqueKeys: false } as const;
    const document = yaml.parseDocument(text, { ...reading, lineCounter: lines });
    // A tag that means nothing here, such as !!js/function, is a warning to the parser; a spec holds plain data alone.
    const [error] = [...document.errors, ...document.warnings];
    // The parser is recursive, and deep nesting overflows its stack.
    if (error?.code === "RESOURCE_EXHAUSTION") throw tooDeep([]);
    if (error !== undefined) {
      if (error.code !== "MULTIPLE_DOCS") throw notYaml(error.pos[0], error.message, error);
      const { line, col } = lines.linePos(error.pos[0]);
      throw inputFault(
        `${name}:${line}:${col}: a second document begins here`,
        "Keep one document in the file.",
        error,
      );
    }
    const breach = yamlBreach(document, yaml);
    if (breach !== undefined) throw notYaml(breach.offset, breach.message);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ImageSpecError) throw error;
    if (error instanceof RangeError) throw tooDeep([]);
    const message = `${name} is not data: ${(error as Error).message}`;
    throw inputFault(message, "Write out what the aliases (*name) stand for.", error);
  }
}
