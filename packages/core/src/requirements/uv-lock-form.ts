import type { Problem } from "@imagespec/registry/terms";
import { machineBreach, neverOnLinux } from "../package-rules/marker-rule.ts";
import { type LockedPackage, type LockGraph, packagesOf, parseLockGraph } from "../uv-project/lock-graph.ts";
import { normalName } from "../uv-project/normal-name.ts";
import { fileName } from "../uv-project/pylock-table.ts";
import { type Table, table, tables } from "../uv-project/toml-table.ts";

/**
 * Why uv would not read a uv.lock, or read it as another: readers that are less strict would each take what they make
 * of it. uv itself writes none of this. `lock` is the parsed `text`. Pure.
 */
export function uvLockFormBreaches(
  text: string,
  lock: Table,
  graph = parseLockGraph(lock),
): (Problem & { file: "lock" })[] {
  const hint = "Run 'uv lock'.";
  // Once parsed, 1.0 is the same number, and uv reads no such lock.
  if (graph === undefined || !/^version\s*=\s*1\s*$/m.test(text))
    return [{ file: "lock", code: "lock_version", message: "it is not a uv.lock of version 1", hint }];
  const found = [...limitFaults(lock), ...tables(lock.package).flatMap(entryFaults), ...graphFaults(graph)];
  return [...new Set(found)].map((message) => ({ file: "lock", code: "lock_form", message, hint }));
}

/** For which systems it was made: uv installs nothing of one that was made for others. */
function limitFaults(lock: Table): string[] {
  return ["supported-markers", "resolution-markers"].flatMap((key) => {
    const { [key]: markers = [] } = lock;
    if (!Array.isArray(markers) || !markers.every((one) => typeof one === "string"))
      return [`its ${key} is not a list of markers`];
    if (markers.length === 0 || !markers.every(neverOnLinux)) return [];
    return [`it was made for other systems than Linux (${key}: ${markers.join(", ")})`];
  });
}

/** A wheel that is listed with two hashes, of which each reader would check another. */
function wheelFaults(name: string, wheels: Table[]): string[] {
  const byFile = Map.groupBy(wheels, ({ url }) => fileName(String(url)));
  return [...byFile]
    .filter(([, same]) => new Set(same.map(({ hash }) => hash)).size > 1)
    .map(([file]) => `it holds two hashes for the wheel '${file}' of '${name}'`);
}

/** What does not have the type that uv's own reader asks for, or a name that is not in normal form. */
function entryFaults(entry: Table): string[] {
  const { name, source } = entry;
  if (typeof name !== "string") return ["it holds a package without a name"];
  const faults = [...nameFaults([name]), ...wheelFaults(name, tables(entry.wheels))];
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
