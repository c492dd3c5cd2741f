import { parse } from "smol-toml";
import type { Table } from "./toml-table.ts";

/** How deep tables and lists may be nested: what reads them is recursive, and no tool writes more than ten levels. */
const DEEPEST = 100;

/**
 * Reads TOML. Throws an Error whose first line says why where it is none, or nested too deeply: the parser limits brackets
 * alone, and a key has as many levels as dots.
 */
export function parseToml(text: string): Table {
  const found = parse(text) as Table;
  let level: unknown[] = [found];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new Error(`it is nested more than ${DEEPEST} levels deep`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
  return found;
}
