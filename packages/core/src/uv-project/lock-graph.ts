import { type Table, table, tables } from "./toml-table.ts";

/** An edge of a uv.lock: what a package needs, perhaps only where a marker holds. */
export interface LockedDependency {
  name: string;
  version?: string | undefined;
  source?: Table | undefined;
  marker?: string | undefined;
  extras: readonly string[];
}

/** One `[[package]]` of a uv.lock. */
export interface LockedPackage {
  name: string;
  version: string | undefined;
  source: Table;
  dependencies: LockedDependency[];
  /** By extra. */
  optional: ReadonlyMap<string, LockedDependency[]>;
  /** By dependency group. */
  groups: ReadonlyMap<string, LockedDependency[]>;
  sdist: Table | undefined;
  wheels: Table[];
  /** Its requirements as the project states them; there for packages of this machine. */
  metadata: Table;
  raw: Table;
}

/** A uv.lock of version 1, as a graph of packages. */
export interface LockGraph {
  packages: LockedPackage[];
  byName: ReadonlyMap<string, LockedPackage[]>;
  requiresPython: string | undefined;
  /** Markers of the environments the lock holds for; empty for all. */
  environments: string[];
}

/** Reads a uv.lock; undefined for one of another version. Pure. */
export function parseLockGraph(lock: Table): LockGraph | undefined {
  if (lock.version !== 1) return undefined;
  const supported = lock["supported-markers"];
  const packages = tables(lock.package).map(lockedPackage);
  return {
    packages,
    byName: Map.groupBy(packages, ({ name }) => name),
    requiresPython: textOf(lock["requires-python"]),
    environments: Array.isArray(supported) ? supported.map(String) : [],
  };
}

/** The folder a package of this machine lies in, relative to the lock; undefined for all others. */
export function localFolder({ source }: LockedPackage): string | undefined {
  return textOf(source.editable) ?? textOf(source.directory) ?? textOf(source.virtual);
}

/**
 * The packages an edge can lead to, one in a lock that uv wrote: it states version and source where the name does not
 * say it.
 */
export function packagesOf(graph: LockGraph, wanted: LockedDependency): LockedPackage[] {
  const source = wanted.source === undefined ? undefined : JSON.stringify(wanted.source);
  const named = graph.byName.get(wanted.name) ?? [];
  return named.filter(
    (candidate) =>
      (wanted.version === undefined || candidate.version === wanted.version) &&
      (source === undefined || JSON.stringify(candidate.source) === source),
  );
}

function lockedPackage(entry: Table): LockedPackage {
  return {
    name: String(entry.name),
    version: textOf(entry.version),
    source: table(entry.source),
    dependencies: dependencies(entry.dependencies),
    optional: byName(entry["optional-dependencies"]),
    groups: byName(entry["dev-dependencies"]),
    sdist: entry.sdist === undefined ? undefined : table(entry.sdist),
    wheels: tables(entry.wheels),
    metadata: table(entry.metadata),
    raw: entry,
  };
}

function byName(value: unknown): Map<string, LockedDependency[]> {
  return new Map(Object.entries(table(value)).map(([name, entries]) => [name, dependencies(entries)]));
}

function dependencies(value: unknown): LockedDependency[] {
  return tables(value).map((entry) => ({
    name: String(entry.name),
    version: textOf(entry.version),
    source: entry.source === undefined ? undefined : table(entry.source),
    marker: textOf(entry.marker),
    extras: Array.isArray(entry.extra) ? entry.extra.map(String) : [],
  }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
