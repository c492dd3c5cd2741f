import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";
import { userInfoBreach } from "../spec/text-rules.ts";
import { parseToml } from "../uv-project/parse-toml.ts";
import { type Table, table, tables } from "../uv-project/toml-table.ts";
import { lockMarkerBreaches } from "./lock-markers.ts";
import { isPoetryLockStale } from "./poetry-content-hash.ts";
import { uvLockFormBreaches } from "./uv-lock-form.ts";
import { uvLockStaleness } from "./uv-lock-staleness.ts";

export type LockBreach = Problem & { file: "lock" | "pyproject" };

/** What keeps a lock from being installed on another machine: local sources, credentials, another project. Pure. */
export function lockBreaches(kind: "uv.lock" | "poetry.lock", lockText: string, projectText: string): LockBreach[] {
  const credentials = [...credentialBreaches("lock", lockText), ...credentialBreaches("pyproject", projectText)];
  const lock = parseTable("lock", lockText);
  const project = parseTable("pyproject", projectText);
  if ("breach" in lock || "breach" in project) {
    return [...credentials, ...[lock, project].flatMap((one) => ("breach" in one ? [one.breach] : []))];
  }
  const found = [...credentials, ...tables(lock.table.package).flatMap((entry) => sourceBreach(kind, entry))];
  found.push(...lockMarkerBreaches(lock.table));
  if (kind === "uv.lock")
    found.push(
      ...uvLockFormBreaches(lockText, lock.table),
      ...uvSourceBreaches(project.table),
      ...defaultGroupBreaches(project.table),
    );
  const stale =
    kind === "uv.lock" ? uvLockStaleness(lock.table, project.table) : isPoetryLockStale(lock.table, project.table);
  if (stale !== undefined) {
    const message = `it does not belong to the pyproject.toml beside it: ${stale}`;
    found.push({ file: "lock", code: "stale_lock", message, hint: `Run '${kind.replace(".", " ")}'.` });
  }
  return found;
}

/** The file as a table, or why it is not one. */
export function parseTable(file: LockBreach["file"], text: string): { table: Table } | { breach: LockBreach } {
  try {
    return { table: parseToml(text) };
  } catch (error) {
    const [reason = ""] = (error as Error).message.split("\n");
    const message = `it is not TOML: ${redact(reason)}`;
    return { breach: { file, code: "toml", message, hint: "Correct the file, or lock again." } };
  }
}

/** Addresses with user info, which would end up in the image. */
export function credentialBreaches(file: LockBreach["file"], text: string): LockBreach[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const breach = userInfoBreach(line.trim());
    return breach ? [{ file, ...breach, message: `line ${index + 1}: ${breach.message}` }] : [];
  });
}

const LOCAL_SOURCES: ReadonlySet<string> = new Set(["path", "editable", "directory", "virtual", "file", "workspace"]);

/** Those of a uv.lock that are built where uvProject says what is installed. */
const BUILT_SOURCES: ReadonlySet<string> = new Set(["editable", "directory", "virtual"]);

/** A package that a lock takes from this machine. The project itself is not installed, so it may stand there. */
export function sourceBreach(kind: "uv.lock" | "poetry.lock", entry: Table): LockBreach[] {
  const source = table(entry.source);
  const [type, place] =
    kind === "poetry.lock" ? [String(source.type), String(source.url)] : (Object.entries(source)[0] ?? []).map(String);
  if (type === undefined || place === undefined) return [];
  const isProject = kind === "uv.lock" && place === "." && (type === "virtual" || type === "editable");
  const isLocal = LOCAL_SOURCES.has(type) || isOnThisMachine(place) || (type === "registry" && !place.includes("://"));
  const isBuilt = kind === "uv.lock" && BUILT_SOURCES.has(type);
  if (isLocal && !isProject) return [localBreach("lock", String(entry.name), placed(type, place), isBuilt)];
  const archive = [...tables(entry.wheels), ...tables([entry.sdist])].find(
    ({ path, url }) => path !== undefined || isOnThisMachine(String(url)),
  );
  if (archive === undefined) return [];
  return [localBreach("lock", String(entry.name), placed("archive", archive.path ?? archive.url))];
}

const placed = (type: string, place: unknown) => `${type} '${redact(String(place))}'`;

function isOnThisMachine(address: string): boolean {
  return /^(?:\w+\+)?file:/i.test(address);
}

function uvSourceBreaches(project: Table): LockBreach[] {
  const sources = Object.entries(table(table(table(project.tool).uv).sources));
  return sources.flatMap(([name, value]) =>
    tables(Array.isArray(value) ? value : [value]).flatMap((source) => {
      const type = ["path", "workspace", "editable"].find((key) => source[key] !== undefined && source[key] !== false);
      if (type !== undefined)
        return [localBreach("pyproject", name, placed(type, source.path ?? "this workspace"), true)];
      const [kind, place] = Object.entries(source).find(([, value]) => isOnThisMachine(String(value))) ?? [];
      return kind === undefined ? [] : [localBreach("pyproject", name, placed(kind, place))];
    }),
  );
}

/** Groups that uv would install beside the dependencies; `dev`, its own default, is not installed. */
function defaultGroupBreaches(project: Table): LockBreach[] {
  const groups = table(table(project.tool).uv)["default-groups"];
  const isPlain = groups === undefined || (Array.isArray(groups) && groups.every((group) => group === "dev"));
  if (isPlain) return [];
  const stated = `[tool.uv] default-groups is ${JSON.stringify(groups)}`;
  const message = `${stated}, and without uvProject an image gets the project's dependencies alone`;
  const hint =
    "Name the groups that the image needs in uvProject: { groups: [...] }, or drop default-groups and run 'uv lock'.";
  return [{ file: "pyproject", code: "default_groups", message, hint }];
}

/**
 * A package that another machine does not have; `place` says where it is on this one, `isBuilt` that uvProject would
 * build it.
 */
export function localBreach(file: LockBreach["file"], name: string, place: string, isBuilt = false): LockBreach {
  const message = `the package '${name}' comes from this machine (${place})`;
  const hint = isBuilt
    ? "Set uvProject.member to the project that the image is for, so that what it needs is built from these sources."
    : `Publish '${name}' to an index and lock again, or ship its sources with sourceRoot or copy.`;
  return { file, code: "local_source", message, hint };
}
