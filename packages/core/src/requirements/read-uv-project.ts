import { dirname, join, resolve } from "node:path";
import { stringify } from "smol-toml";
import type { ContentProject } from "../identity/content.ts";
import { machineBreach } from "../package-rules/marker-rule.ts";
import { listProject } from "../sources/list-project.ts";
import type { Spec } from "../spec/spec.ts";
import { type ClosurePackage, projectClosure } from "../uv-project/closure.ts";
import { linuxVariables, machineOf } from "../uv-project/linux-variables.ts";
import { type LockedPackage, type LockGraph, localFolder, parseLockGraph } from "../uv-project/lock-graph.ts";
import { pylockTable } from "../uv-project/pylock-table.ts";
import { selectMember, selectParts } from "../uv-project/select-project.ts";
import { type Table, table, tables } from "../uv-project/toml-table.ts";
import { credentialBreaches, parseTable, sourceBreach } from "./lock-breaches.ts";
import type { Requirements, RequirementsOptions } from "./requirements.ts";
import { isBelow, type RequirementsFile } from "./requirements-reader.ts";
import { uvLockFormBreaches } from "./uv-lock-form.ts";
import { uvLockStaleness } from "./uv-lock-staleness.ts";

/** Where a project's lock is, and what reads below the same root. */
export interface UvProjectQuestion extends RequirementsOptions, RequirementsFile {}

/** The list that is shipped in place of the lock, and the folder of the projects, by their places in the context. */
const PYLOCK = "requirements/pylock.toml";
const PROJECTS = "requirements/projects";

/**
 * What `uvProject` asks for of a uv.lock: the packages that are reached, written as a list of their own, so that the
 * tag depends on them and not on the rest of the lock; and the sources of the workspace's projects among them. What
 * cannot be installed goes into the faults. Undefined where nothing can be said without the lock.
 */
export async function readUvProject(spec: Spec, question: UvProjectQuestion): Promise<Requirements | undefined> {
  const { file, reader, faults, platforms } = question;
  const lock = await reader.look(file);
  if (lock === undefined) return undefined;
  const shown = reader.shown(file);
  const graph = readGraph(lock.text, question);
  if (graph === undefined) return undefined;
  const { uvProject = {} } = spec;
  const root = selectMember(graph, uvProject.member);
  if ("hint" in root) {
    faults.add(["uvProject", "member"], { ...root, message: `${root.message} (${shown})` });
    return undefined;
  }
  const projects = new ProjectFiles(question);
  const parts = selectParts(root, (await projects.read(root, graph)) ?? {}, uvProject);
  for (const problem of parts.problems) faults.add(["uvProject", problem.code], problem);
  const closure = projectClosure({ graph, root, ...parts, known: linuxVariables(platforms) });
  const isInstalled = ({ locked }: ClosurePackage) =>
    locked !== root || (uvProject.installProject === true && locked.source.virtual === undefined);
  if (uvProject.installProject === true && root.source.virtual !== undefined) {
    const message = `the project '${root.name}' is not a package: it has no build system`;
    const hint = "Add [build-system] to its pyproject.toml and run 'uv lock', or drop installProject.";
    faults.add(["uvProject", "installProject"], { code: "not_a_package", message, hint });
  }
  const installed = closure.filter(isInstalled).filter(({ locked }) => locked.source.virtual === undefined);
  for (const { locked } of closure) if (localFolder(locked) !== undefined) await projects.read(locked, graph);
  const foreign = installed.filter(({ locked }) => localFolder(locked) === undefined);
  for (const { locked } of foreign) {
    for (const breach of sourceBreach("uv.lock", locked.raw)) reader.refuse(file, breach);
  }
  const moving = foreign.filter(({ marker }) => marker !== true && machineBreach(marker)?.code === "machine_marker");
  for (const { locked } of moving) {
    const message = `whether '${locked.name}' is installed depends on the kernel of the machine that builds`;
    const hint = "Drop the marker that asks for it, and run 'uv lock'.";
    reader.refuse(file, { code: "machine_marker", message, hint });
  }
  const built = installed.filter(({ locked }) => localFolder(locked) !== undefined);
  const text = stringify(pylockTable({ packages: foreign, lock: graph, machines: platforms.map(machineOf) }));
  const sources = await projects.list(spec, built, graph);
  return {
    entries: [{ type: "text", path: PYLOCK, text, source: file }, ...sources.entries],
    source: {
      from: "pylock",
      lock: PYLOCK,
      ...(sources.projects.length > 0 && { projects: sources.projects, ...(await projects.indexes(spec)) }),
    },
    extraArgs: [],
    havePip: foreign.some(({ locked }) => locked.name === "pip"),
  };
}

function readGraph(text: string, { reader, file }: UvProjectQuestion): LockGraph | undefined {
  for (const breach of credentialBreaches("lock", text)) reader.refuse(file, breach);
  const parsed = parseTable("lock", text);
  if ("breach" in parsed) {
    reader.refuse(file, parsed.breach);
    return undefined;
  }
  const graph = parseLockGraph(parsed.table);
  const breaches = uvLockFormBreaches(text, parsed.table, graph);
  for (const breach of breaches) reader.refuse(file, breach);
  return breaches.length > 0 ? undefined : graph;
}

/** The pyproject.toml files and sources of the projects of a lock. */
class ProjectFiles {
  readonly #question: UvProjectQuestion;
  readonly #tables = new Map<string, Table | undefined>();

  constructor(question: UvProjectQuestion) {
    this.#question = question;
  }

  /** A project's pyproject.toml, checked against the lock; a fault and undefined where it cannot be read. */
  async read(project: LockedPackage, graph: LockGraph): Promise<Table | undefined> {
    const folder = this.#folder(project);
    if (folder === undefined) return undefined;
    if (this.#tables.has(folder)) return this.#tables.get(folder);
    const found = await this.#parse(folder);
    const stale =
      found && uvLockStaleness({ package: graph.packages.map(({ raw }) => raw) }, found, localFolder(project));
    if (stale !== undefined) {
      const { reader, file } = this.#question;
      const message = `it does not belong to ${reader.shown(join(folder, "pyproject.toml"))}: ${stale}`;
      reader.refuse(file, { code: "stale_lock", message, hint: "Run 'uv lock'." });
    }
    return found;
  }

  /** The sources of projects to build, without those of other projects that lie in their folders. */
  async list(spec: Spec, built: readonly ClosurePackage[], graph: LockGraph) {
    const all = graph.packages.flatMap((one) => (localFolder(one) === undefined ? [] : (this.#folder(one) ?? [])));
    const projects: ContentProject[] = [];
    const entries: Requirements["entries"] = [];
    for (const { locked, marker } of built) {
      const folder = this.#folder(locked);
      if (folder === undefined) continue;
      const path = `${PROJECTS}/${locked.name}`;
      projects.push({ name: locked.name, path, ...(marker !== true && { marker }) });
      const others = all.filter((other) => other !== folder && isBelow(folder, other));
      entries.push(...(await listProject(spec, { ...this.#question, folder, path, others })));
    }
    return { projects, entries };
  }

  /** The indexes of the workspace, where what builds the projects comes from unless the spec names others. */
  async indexes({ pipIndex, pipExtraIndexUrl }: Spec): Promise<{ index?: string; extraIndexes?: string[] }> {
    if (pipIndex !== undefined || pipExtraIndexUrl !== undefined) return {};
    const project = await this.#parse(dirname(this.#question.file));
    const stated = tables(table(table(project?.tool).uv).index).filter(({ explicit }) => explicit !== true);
    const index = stated.find((one) => one.default === true);
    const others = stated.filter((one) => one !== index).map(({ url }) => String(url));
    return { ...(index && { index: String(index.url) }), ...(others.length > 0 && { extraIndexes: others }) };
  }

  #folder(project: LockedPackage): string | undefined {
    const { reader, file } = this.#question;
    const folder = resolve(dirname(file), localFolder(project) as string);
    if (isBelow(reader.root, folder)) return folder;
    const message = `the project '${project.name}' lies outside '${reader.root}'`;
    reader.refuse(file, { code: "leads_out", message, hint: "Move it below the spec's root." });
    return undefined;
  }

  async #parse(folder: string): Promise<Table | undefined> {
    const known = this.#tables.get(folder);
    if (known !== undefined) return known;
    const { reader } = this.#question;
    const path = join(folder, "pyproject.toml");
    const found = await reader.look(path);
    const parsed = found && parseTable("pyproject", found.text);
    const credentials = found === undefined ? [] : credentialBreaches("pyproject", found.text);
    for (const breach of [...credentials, ...(parsed && "breach" in parsed ? [parsed.breach] : [])])
      reader.refuse(path, breach);
    const result = parsed && "table" in parsed ? parsed.table : undefined;
    this.#tables.set(folder, result);
    return result;
  }
}
