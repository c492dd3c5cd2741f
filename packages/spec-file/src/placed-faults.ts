import { isAbsolute, relative } from "node:path";
import { isImageSpecError } from "@imagespec/core";
import { camelCase, specError } from "@imagespec/core/internal";
import type * as Yaml from "yaml";
import type { SpecSource } from "./read-spec.ts";

type Path = readonly (string | number)[];

/**
 * The E_SPEC of what was read from JSON or YAML, each of whose faults then says `FILE:LINE:COLUMN`; any other error as
 * it is.
 */
export async function placedFaults(error: unknown, { written, content }: SpecSource): Promise<unknown> {
  if (written === undefined || !isImageSpecError(error, "E_SPEC") || error.faults === undefined) return error;
  const yaml = await import("yaml");
  const file = shownName(written.name);
  try {
    const placeOf = places(written.text, yaml);
    const faults = error.faults.map((fault) => {
      const place = placeOf(fault.path);
      return place === undefined ? fault : { ...fault, message: `${fault.message} (${file}:${place})` };
    });
    return specError(faults, (content as { name?: unknown } | null)?.name);
  } catch {
    // JSON may be nested more deeply than the parser goes.
    return error;
  }
}

/** As it is typed in the working directory. */
function shownName(name: string): string {
  const below = relative(process.cwd(), name);
  return isAbsolute(name) && !below.startsWith("..") ? below : name;
}

/** Finds `LINE:COLUMN` of what a path leads to, as far as it leads: JSON is YAML, too. */
function places(text: string, yaml: typeof Yaml): (path: Path) => string | undefined {
  const lineCounter = new yaml.LineCounter();
  const reading = { prettyErrors: false, logLevel: "silent", merge: true, uniqueKeys: false } as const;
  const document = yaml.parseDocument(text, { ...reading, lineCounter });
  const meant = (node: unknown) => (yaml.isAlias(node) ? node.resolve(document) : node);
  return (path) => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const part of path) {
      const holder = meant(node);
      const item = yaml.isSeq(holder) ? holder.items[Number(part)] : pairOf(holder, String(part), meant, yaml);
      if (item === undefined) break;
      const shown = (yaml.isPair(item) ? item.key : item) as Yaml.Node | null;
      offset = shown?.range?.[0] ?? offset;
      node = yaml.isPair(item) ? item.value : item;
    }
    if (offset === undefined) return undefined;
    const { line, col } = lineCounter.linePos(offset);
    return `${line}:${col}`;
  };
}

/** The entry of a mapping with a name, or with the parameter's other spelling, in the mappings that it merges too. */
function pairOf(
  node: unknown,
  name: string,
  meant: (node: unknown) => unknown,
  yaml: typeof Yaml,
): Yaml.Pair | undefined {
  if (!yaml.isMap(node)) return undefined;
  const named = (isWanted: (key: string) => boolean) =>
    node.items.find(({ key }) => yaml.isScalar(key) && isWanted(String(key.source ?? key.value)));
  const merged = meant(named((key) => key === "<<")?.value);
  return (
    named((key) => key === name) ??
    named((key) => camelCase(key) === name) ??
    (yaml.isSeq(merged) ? merged.items : [merged])
      .map((one) => pairOf(meant(one), name, meant, yaml))
      .find((pair) => pair !== undefined)
  );
}
