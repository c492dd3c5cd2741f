import type { Problem } from "@imagespec/registry/terms";
import { machineBreach } from "../spec/marker-rule.ts";
import {
  type LockedPackage,
  type LockGraph,
  normalName,
  packagesOf,
  parseLockGraph,
} from "../uv-project/lock-graph.ts";
import { type Table, table, tables } from "../uv-project/toml-table.ts";

/**
 * Why uv would not read a uv.lock, or read it as another: readers that are less strict would each take what they make of
 * it. uv itself writes none of this. Pure.
 */
export function uvLockFormBreaches(lock: Table, graph = parseLockGraph(lock)): (Problem & { file: "lock" })[] {
  const hint = "Run 'uv lock'.";
  if (graph === undefined)
    return [{ file: "lock", code: "lock_version", message: "it is not a uv.lock of version 1", hint }];
  const found = [...tables(lock.package).flatMap(entryFaults), ...graphFaults(graph)];
  return [...new Set(found)].map((message) => ({ file: "lock", code: "lock_form", message, hint }));
}

/** What does not have the type that uv's own reader asks for, or a name that is not in normal form. */
function entryFaults(entry: Table): string[] {
  const { name, source } = entry;
  if (typeof name !== "string") return ["it holds a package without a name"];
  const faults = nameFaults([name]);
  if (!Object.values(table(source)).some((place) => typeof place === "string"))
    faults.push(`it does not say where '${name}' comes from`);
  for (const { hash } of [...tables(entry.wheels), ...tables([entry.sdist])])
    if (hash !== undefined && !/^\w+:[0-9a-f]+$/i.test(String(hash)))
      faults.push(`the hash of a file of '${name}' cannot be read`);
  const edges = [
    entry.dependencies,
    ...Object.values(table(entry["optional-dependencies"])),
    ...Object.values(table(entry["dev-dependencies"])),
  ];
  for (const edge of edges.flatMap(tables)) {
    const { name: wanted, extra = [], marker } = edge;
    if (typeof wanted !== "string" || !Array.isArray(extra) || !extra.every((one) => typeof one === "string"))
      faults.push(`a dependency of '${name}' cannot be read`);
    else faults.push(...nameFaults([wanted, ...extra]));
    if (marker !== undefined && (typeof marker !== "string" || machineBreach(marker)?.code === "marker"))
      faults.push(`the marker of a dependency of '${name}' cannot be read`);
  }
  return faults;
}

function nameFaults(names: readonly string[]): string[] {
  return names
    .filter((name) => name !== normalName(name))
    .map((name) => `'${name}' is not a name in the form that uv writes`);
}

/** Dependencies that lead to no package or to several, of which each reader may take another. */
function graphFaults(graph: LockGraph): string[] {
  return graph.packages.flatMap((one) =>
    edgesOf(one).flatMap((edge) => {
      const count = packagesOf(graph, edge).length;
      if (count === 1) return [];
      return count === 0
        ? [`it requires '${edge.name}' and does not hold it`]
        : [`it holds '${edge.name}' ${count} times, and does not say which '${one.name}' requires`];
    }),
  );
}

function edgesOf({ dependencies, optional, groups }: LockedPackage) {
  return [...dependencies, ...[...optional.values(), ...groups.values()].flat()];
}
