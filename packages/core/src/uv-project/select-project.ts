import type { Problem } from "@imagespec/registry";
import { type LockedPackage, type LockGraph, localFolder } from "./lock-graph.ts";
import { normalName } from "./normal-name.ts";
import { type Table, table } from "./toml-table.ts";

/** The parameter `uvProject`: what of a locked project, or of a workspace, goes into the image. */
export interface UvProject {
  /** The workspace's member; by default the project beside the lock. */
  readonly member?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extras?: readonly string[] | undefined;
  /** Leaves the group `dev` out; true when unset. */
  readonly noDev?: boolean | undefined;
  /** Whether the project itself is installed beside what it needs; false when unset. */
  readonly installProject?: boolean | undefined;
}

/** The project of a lock that is asked for, or why there is none. Pure. */
export function selectMember({ packages }: LockGraph, member: string | undefined): LockedPackage | Problem {
  const local = packages.filter((one) => localFolder(one) !== undefined);
  const found = local.find((one) =>
    member === undefined ? localFolder(one) === "." : one.name === normalName(member),
  );
  if (found !== undefined) return found;
  const names = local.map(({ name }) => name).join(", ");
  if (member === undefined) {
    const message = "the lock belongs to a workspace without a project of its own";
    return { code: "member", message, hint: `Set uvProject.member to one of ${names}.` };
  }
  const hint = names === "" ? "Drop uvProject.member." : `Use one of ${names}.`;
  return { code: "member", message: `the lock has no project '${member}'`, hint };
}

/**
 * Groups and extras as the lock names them, those that are installed by default among them; what it lacks is a problem.
 * Pure.
 */
export function selectParts(
  root: LockedPackage,
  pyproject: Table,
  { groups = [], extras = [], noDev = true }: UvProject,
): { groups: string[]; extras: string[]; problems: Problem[] } {
  const knownGroups = namesOf(root.groups, table(root.metadata)["requires-dev"], pyproject["dependency-groups"]);
  const knownExtras = namesOf(root.optional, listed(root.metadata["provides-extras"]));
  const wanted = { groups: [...new Set(groups.map(normalName))], extras: [...new Set(extras.map(normalName))] };
  const problems = [
    ...wanted.groups.filter((name) => !knownGroups.has(name)).map((name) => lacking(root, "groups", name, knownGroups)),
    ...wanted.extras.filter((name) => !knownExtras.has(name)).map((name) => lacking(root, "extras", name, knownExtras)),
  ];
  const byDefault = defaultGroups(pyproject, knownGroups).filter((name) => name !== "dev" || !noDev);
  return { groups: [...new Set([...wanted.groups, ...byDefault])].sort(), extras: wanted.extras.sort(), problems };
}

/** `[tool.uv] default-groups`: `dev` unless it says otherwise. */
function defaultGroups(pyproject: Table, known: ReadonlySet<string>): string[] {
  const groups = table(table(pyproject.tool).uv)["default-groups"] ?? ["dev"];
  if (groups === "all") return [...known];
  return Array.isArray(groups) ? groups.map((name) => normalName(String(name))).filter((name) => known.has(name)) : [];
}

function namesOf(edges: ReadonlyMap<string, unknown>, ...others: unknown[]): Set<string> {
  return new Set([...edges.keys(), ...others.flatMap((one) => Object.keys(table(one)))].map(normalName));
}

function listed(names: unknown): Table {
  return Array.isArray(names) ? Object.fromEntries(names.map((name) => [String(name), true])) : {};
}

function lacking(
  { name: project }: LockedPackage,
  kind: "groups" | "extras",
  name: string,
  known: ReadonlySet<string>,
): Problem {
  const one = kind === "groups" ? "dependency group" : "extra";
  const hint = known.size === 0 ? `Drop it from uvProject.${kind}.` : `Use one of ${[...known].sort().join(", ")}.`;
  return { code: kind, message: `the project '${project}' has no ${one} '${name}'`, hint };
}
