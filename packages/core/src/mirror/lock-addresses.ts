import { parse } from "smol-toml";
import { type Table, table, tables } from "../uv-project/toml-table.ts";

/** Where a lock says that its packages are. */
export interface LockAddresses {
  indexes: string[];
  /** Of files and repositories. */
  direct: string[];
}

/** The addresses in a uv.lock, a pylock.toml (PEP 751) or a poetry.lock, in its order. Pure. */
export function lockAddresses(text: string): LockAddresses {
  const lock = parse(text) as Table;
  const packages = [...tables(lock.package), ...tables(lock.packages)];
  const places = packages.flatMap(({ source, vcs, archive, sdist, wheels }) =>
    [source, vcs, archive, sdist, ...tables(wheels)].map(table),
  );
  return {
    indexes: [...packages.map(({ index }) => index), ...places.map(({ registry }) => registry)].filter(isWebAddress),
    direct: places.flatMap(({ url, git }) => [url, git]).filter(isWebAddress),
  };
}

function isWebAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:/.test(value);
}
