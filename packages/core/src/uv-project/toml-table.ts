/** A table of a TOML file whose values are not checked yet. */
export type Table = { readonly [key: string]: unknown };

/** The value as a table; an empty one for anything else. */
export function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

/** The value as a list of tables. */
export function tables(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(table) : [];
}
