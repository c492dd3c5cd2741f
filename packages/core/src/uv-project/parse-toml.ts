import { isDeeper } from "@imagespec/registry/terms";
import { parse } from "smol-toml";
import type { Table } from "./toml-table.ts";

/** How deep tables and lists may be nested: what reads them is recursive, and no tool writes more than ten levels. */
const DEEPEST = 100;

/**
 * Reads TOML. Throws an Error whose first line says why where it is none, or nested too deeply: the parser limits
 * brackets alone, and a key has as many levels as dots.
 */
export function parseToml(text: string): Table {
  const found = parse(text) as Table;
  if (isDeeper(found, DEEPEST)) throw new Error(`it is nested more than ${DEEPEST} levels deep`);
  return found;
}
