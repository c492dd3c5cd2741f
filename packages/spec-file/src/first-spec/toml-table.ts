import { parse } from "smol-toml";

/** The parts of a pyproject.toml that a first spec reads; nothing in it has a type until it is looked at. */
export interface ProjectTable {
  project?: { name?: unknown; dependencies?: unknown; dynamic?: unknown; "requires-python"?: unknown };
  tool?: { poetry?: { name?: unknown; dependencies?: Record<string, unknown> } };
}

/** A pyproject.toml as data; nothing for a text that is not TOML, which other tools will complain about. */
export function tomlTable(text: string | undefined): ProjectTable {
  try {
    return parse(text ?? "") as ProjectTable;
  } catch {
    return {};
  }
}
