import { parse } from "smol-toml";
import { type Table, table, tables } from "../uv-project/toml-table.ts";
import { DEFAULT_INDEX } from "./default-index.ts";

/** The indexes that a pyproject.toml names for poetry, the one that is asked first at the beginning. Pure. */
export function poetrySources(pyproject: string): string[] {
  const { tool } = parse(pyproject) as Table;
  const sources = tables(table(table(tool).poetry).source).map(({ url, priority }) => ({
    url: typeof url === "string" ? url.replace(/\/+$/, "") : DEFAULT_INDEX,
    isPrimary: priority === undefined || priority === "primary" || priority === "default",
  }));
  const primary = sources.filter(({ isPrimary }) => isPrimary);
  const others = sources.filter(({ isPrimary }) => !isPrimary);
  const named = [...primary, ...others].map(({ url }) => url);
  // Poetry itself comes from the default index, whichever the project's are.
  return [...new Set(primary.length > 0 ? [...named, DEFAULT_INDEX] : [DEFAULT_INDEX, ...named])];
}

/** The indexes that a pyproject.toml names for uv; none for an empty text. Pure. */
export function uvIndexes(pyproject: string): string[] {
  const { tool } = parse(pyproject) as Table;
  return tables(table(table(tool).uv).index).flatMap(({ url }) => (typeof url === "string" ? [url] : []));
}
