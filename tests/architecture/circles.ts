import { join } from "node:path";
import type { SourceFile } from "./source-file.ts";

/** Which names each name needs. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** What each file needs of the others, types included. */
export function needsOfFiles(files: readonly SourceFile[]): Needs {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, imports }) => {
      const targets = imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => join(path, "..", specifier))
        .filter((target) => known.has(target));
      return [path, new Set(targets)];
    }),
  );
}

/**
 * What each folder needs of the others. A file at the top (`packages/x/src/options.ts`) stands for itself: entry files
 * use every folder, and every folder may use the package's options.
 */
export function needsOfFolders(files: Needs, top: string): Needs {
  const folderOf = (path: string) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return folder === top ? path : folder;
  };
  const folders = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const own = folderOf(path);
    const needs = folders.get(own) ?? new Set();
    folders.set(own, needs);
    for (const target of targets) if (folderOf(target) !== own) needs.add(folderOf(target));
  }
  return folders;
}

/** Each circle as `a -> b -> a`: the shortest one through every name that is in one. */
export function circles(needs: Needs): string[] {
  const found = new Map<string, string>();
  for (const start of needs.keys()) {
    const circle = shortestWayBack(start, needs);
    const members = circle && [...circle].sort().join();
    if (members !== undefined && !found.has(members)) found.set(members, [...(circle ?? []), start].join(" -> "));
  }
  return [...found.values()].sort();
}

function shortestWayBack(start: string, needs: Needs): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of needs.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return way;
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
