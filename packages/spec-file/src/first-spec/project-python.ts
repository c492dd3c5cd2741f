import { optionalText } from "./optional-text.ts";
import { type ProjectTable, tomlTable } from "./toml-table.ts";

/** Minor versions of Python 3 by preference: the default first, then the newest. */
const MINORS = [12, 13, 14, 11, 10, 9, 8];

/** The Python that a project asks for, and the packages its pyproject.toml names. */
export interface ProjectPython {
  pythonVersion: string | undefined;
  dependencies: string[];
  /** What is said of dependencies that only a lock can name; undefined where there are none. */
  note: string | undefined;
}

/** Reads .python-version and pyproject.toml. */
export async function projectPython(folder: string): Promise<ProjectPython> {
  const table = tomlTable(await optionalText(folder, "pyproject.toml"));
  const { project, tool } = table;
  const [pinned] = /^3\.\d+(?:\.\d+)?/m.exec((await optionalText(folder, ".python-version")) ?? "") ?? [];
  const required = project?.["requires-python"] ?? tool?.poetry?.dependencies?.python;
  const dependencies = Array.isArray(project?.dependencies) ? project.dependencies : [];
  return {
    pythonVersion: pinned ?? (typeof required === "string" ? pythonFor(required) : undefined),
    dependencies: dependencies.filter((one): one is string => typeof one === "string"),
    note: lockNote(table),
  };
}

function lockNote({ project, tool }: ProjectTable): string | undefined {
  const left = (whose: string, lock: string) =>
    `pyproject.toml: left out ${whose}; \`${lock} lock\` makes a ${lock}.lock, which requirements can name`;
  const { dynamic, dependencies } = project ?? {};
  if (Array.isArray(dynamic) && dynamic.includes("dependencies"))
    return left("the dependencies that its build system computes", "uv");
  const ofPoetry = Object.keys(tool?.poetry?.dependencies ?? {}).filter((name) => name !== "python");
  return dependencies === undefined && ofPoetry.length > 0 ? left("poetry's dependencies", "poetry") : undefined;
}

/** The preferred `3.X` that a specifier such as `>=3.10,<3.13` or poetry's `^3.10` allows; undefined for none. */
export function pythonFor(specifier: string): string | undefined {
  const clauses = specifier.split(",").map((clause) => clause.trim());
  const minor = MINORS.find((one) => clauses.every((clause) => allows(clause, one)));
  return minor === undefined ? undefined : `3.${minor}`;
}

function allows(clause: string, minor: number): boolean {
  const [, operator = "", first, major, second, patch] =
    /^([<>=!~^]*)\s*((\d+)(?:\.(\d+))?)(?:\.(\d+|\*))?/.exec(clause) ?? [];
  if (first === undefined || major !== "3")
    return operator === "<" ? major === "4" : operator === ">=" && major === "2";
  const bound = Number(second ?? 0);
  switch (operator) {
    case ">=":
    case "^":
      return minor >= bound;
    case ">":
      return second === undefined || minor > bound || (minor === bound && patch !== undefined);
    case "<":
      return minor < bound || (minor === bound && patch !== undefined && Number(patch) > 0);
    case "<=":
      return minor < bound || (minor === bound && patch !== undefined);
    case "~=":
    case "~":
      return patch === undefined && operator === "~=" ? minor >= bound : minor === bound;
    case "!=":
      return minor !== bound || (patch !== undefined && patch !== "*");
    default:
      return second === undefined || minor === bound;
  }
}
