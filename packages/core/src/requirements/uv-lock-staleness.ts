import { normalName } from "../uv-project/normal-name.ts";
import { type Table, table, tables } from "../uv-project/toml-table.ts";

/**
 * Why a uv.lock does not match this project, as far as the two files show, or undefined. uv itself checks more when the
 * image is built (`uv sync --locked`); this finds the common case before any work starts. `folder` is the project's,
 * relative to the lock.
 */
export function uvLockStaleness(lock: Table, project: Table, folder = "."): string | undefined {
  const { project: section } = project;
  const own = tables(lock.package).find((entry) => {
    const source = table(entry.source);
    return [source.virtual, source.editable, source.directory].includes(folder);
  });
  if (section === undefined || own === undefined) return undefined;
  const { name, dependencies, "optional-dependencies": optional } = table(section);
  if (typeof name === "string" && normalName(name) !== own.name) return `it locks the project '${String(own.name)}'`;
  const dynamic = table(section).dynamic;
  if (Array.isArray(dynamic) && (dynamic.includes("dependencies") || dynamic.includes("optional-dependencies")))
    return undefined;
  const extras = Object.values(table(optional)).flat();
  const wanted = requirements([...(Array.isArray(dependencies) ? dependencies : []), ...extras]);
  const locked = new Map<string, string[]>();
  for (const entry of tables(table(own.metadata)["requires-dist"])) {
    // uv leaves the specifier of a dependency out that [tool.uv.sources] takes from elsewhere than an index.
    const isElsewhere = ["git", "url", "path", "directory", "editable", "virtual"].some((key) =>
      Object.hasOwn(entry, key),
    );
    const specifier = typeof entry.specifier === "string" ? entry.specifier : "";
    push(locked, String(entry.name), isElsewhere ? "@" : specifier);
  }
  for (const [dependency, specifiers] of wanted) {
    const known = locked.get(dependency);
    if (!known) return `it lacks the dependency '${dependency}'`;
    if (specifiers.every(isPlain) && known.every(isPlain) && !sameSet(specifiers, known)) {
      return `it was made for '${dependency}${known.join(" ")}' and not '${dependency}${specifiers.join(" ")}'`;
    }
  }
  for (const dependency of locked.keys()) {
    if (!wanted.has(dependency)) return `it holds '${dependency}', which is not a dependency any more`;
  }
  return undefined;
}

/** Names in normal form (PEP 503) with the version specifiers asked of each. */
function requirements(texts: readonly unknown[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const text of texts) {
    const [, name, rest = ""] = /^\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(String(text)) ?? [];
    if (name !== undefined)
      push(result, normalName(name), rest.trim().startsWith("@") ? "@" : rest.replace(/[()]/g, ""));
  }
  return result;
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key) ?? [];
  values.push(value);
  map.set(key, values);
}

/** Whether a specifier has only one spelling: an operator and plain numbers. */
function isPlain(specifier: string): boolean {
  return clauses(specifier).every((clause) => /^(?:[=!<>~]=|[<>])\d+(?:\.\d+)*(?:\.\*)?$/.test(clause));
}

function clauses(specifier: string): string[] {
  const parts = specifier.split(",").map((clause) => {
    const version = clause.replace(/\s+/g, "").replace(/(^|\D)0+(?=\d)/g, "$1");
    // Zeros at the end mean nothing, but to ~= and a wildcard, which count the parts.
    return /^~=|\*$/.test(version) ? version : version.replace(/(?:\.0)+$/, "");
  });
  return parts.filter((clause) => clause !== "").sort();
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  const form = (specifiers: readonly string[]) =>
    JSON.stringify([...new Set(specifiers.map((one) => clauses(one).join(",")))].sort());
  return form(left) === form(right);
}
