import { ImageSpecError } from "@imagespec/registry/terms";
import { type LockedDependency, type LockedPackage, type LockGraph, packagesOf } from "./lock-graph.ts";
import { allOf, anyOf, reduceMarker } from "./marker.ts";

/** A package that is installed, and where: `true` everywhere, else where the marker holds. */
export interface ClosurePackage {
  locked: LockedPackage;
  marker: string | true;
}

/** What is installed of a lock. */
export interface ClosureQuestion {
  graph: LockGraph;
  /** The project whose dependencies are installed; itself a part of the closure. */
  root: LockedPackage;
  extras: readonly string[];
  groups: readonly string[];
  /** Values of marker variables, the same on every platform of the image. */
  known: ReadonlyMap<string, string>;
}

/** Conjunctions of markers, of which one must hold; each sorted, the shorter ones standing for the longer. */
type Terms = readonly (readonly string[])[];

/** Ways to a package that differ in their markers; no real lock comes near it. */
const MOST_TERMS = 128;

/**
 * All packages that a project needs under these groups and extras, each with the markers of the ways that lead to it,
 * sorted by name and version. What no Linux image can need is not among them. Pure.
 *
 * @throws ImageSpecError E_INPUT_FILE for a lock that lacks what it needs.
 */
export function projectClosure({ graph, root, extras, groups, known }: ClosureQuestion): ClosurePackage[] {
  const conflicts = conflictNames(root.name, extras, groups);
  const reached = new Map<LockedPackage, Map<string, Terms>>();
  const queue: { locked: LockedPackage; extra: string; terms: Terms }[] = [];
  const visit = (locked: LockedPackage, extra: string, terms: Terms) => {
    const nodes = reached.get(locked) ?? new Map<string, Terms>();
    reached.set(locked, nodes);
    const before = nodes.get(extra) ?? [];
    const after = absorbed([...before, ...terms]);
    if (after.length === before.length && after.every((term, at) => same(term, before[at] ?? []))) return;
    if (after.length > MOST_TERMS) throw tooManyMarkers(locked.name);
    nodes.set(extra, after);
    queue.push({ locked, extra, terms: after });
  };
  const follow = (edges: readonly LockedDependency[], terms: Terms) => {
    for (const edge of edges) {
      const marker = edge.marker === undefined ? true : reduceMarker(edge.marker, (name) => known.get(name), conflicts);
      if (marker === false) continue;
      const [locked] = packagesOf(graph, edge);
      if (locked === undefined) throw notLocked(edge.name);
      const below = marker === true ? terms : terms.map((term) => [...new Set([...term, marker])].sort());
      for (const extra of ["", ...edge.extras]) visit(locked, extra, below);
    }
  };
  for (const extra of ["", ...extras]) visit(root, extra, [[]]);
  for (const group of groups) follow(root.groups.get(group) ?? [], [[]]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { locked, extra, terms } = next;
    follow(extra === "" ? locked.dependencies : (locked.optional.get(extra) ?? []), terms);
  }
  const found = [...reached].map(([locked, nodes]) => ({ locked, marker: markerOf(nodes.get("") ?? []) }));
  return found.sort((a, b) => (sortKey(a.locked) < sortKey(b.locked) ? -1 : 1));
}

/** How uv names extras and groups in the markers of projects that declare conflicts (`tool.uv.conflicts`). */
function conflictNames(name: string, extras: readonly string[], groups: readonly string[]): string[] {
  const of = (kind: string, names: readonly string[]) => names.map((one) => `${kind}-${name.length}-${name}-${one}`);
  return [...of("extra", extras), ...of("group", groups)];
}

/** Without terms that another one stands for: what holds under `a` holds under `a and b`. */
function absorbed(terms: Terms): Terms {
  const sorted = [...terms].sort((a, b) => a.length - b.length || (a.join("\n") < b.join("\n") ? -1 : 1));
  const kept: (readonly string[])[] = [];
  for (const term of sorted)
    if (!kept.some((shorter) => shorter.every((marker) => term.includes(marker)))) kept.push(term);
  return kept;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((marker, at) => marker === b[at]);
}

function markerOf(terms: Terms): string | true {
  const marker = anyOf(terms.map((term) => allOf(term)));
  return marker === false ? true : marker;
}

function sortKey({ name, version }: LockedPackage): string {
  return `${name} ${version ?? ""}`;
}

function notLocked(name: string): ImageSpecError {
  const hint = "Run 'uv lock'.";
  return new ImageSpecError("E_INPUT_FILE", `The lock requires '${name}' and does not hold it`, { hint });
}

function tooManyMarkers(name: string): ImageSpecError {
  const message = `The lock leads to '${name}' through more than ${MOST_TERMS} combinations of markers`;
  const hint = "Limit the lock to what images need: [tool.uv] environments = [\"sys_platform == 'linux'\"].";
  return new ImageSpecError("E_INPUT_FILE", message, { hint });
}
