import { realpathSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { InputFaults } from "../files/input-faults.ts";
import { linksOut } from "../files/link-target.ts";
import { parentOf } from "../files/parent-of.ts";
import type { StatCache } from "../files/stat-cache.ts";
import type { Trail } from "../files/trail.ts";
import { type TreeEntry, walkTree } from "../files/walk-tree.ts";
import { isExcludedName } from "../ignore/excluded-names.ts";
import { type TellDecision, told, VERDICTS, type Verdict } from "../ignore/file-decision.ts";
import { SourceRules } from "../ignore/source-rules.ts";
import type { Spec } from "../spec/spec.ts";
import { Decisions } from "./decisions.ts";
import { specFiles } from "./spec-files.ts";

export interface ListOptions {
  /** Knows hashes of files, which then need no reading. */
  cache: Pick<StatCache, "get">;
  faults: InputFaults;
  warn(message: string): void;
  /** Told why each file is in or out. */
  tell?: TellDecision;
  signal?: AbortSignal | undefined;
}

/** Which files of sourceRoot go in, or undefined when none do: sourceRoot alone means `loaded_modules`. */
export function sourceMode(spec: Spec): "loaded_modules" | "all" | undefined {
  if (spec.sourceRoot === undefined || spec.sourceCopyMode === "none") return undefined;
  return spec.sourceCopyMode ?? "loaded_modules";
}

/**
 * What of sourceRoot goes into the image, under `source/`. Its `.dockerignore` is obeyed with moby's semantics, or
 * where there is none the `.gitignore` files in it with git's; some names stay out always.
 */
export async function listSources(spec: Spec, options: ListOptions & { trail: Trail }): Promise<TreeEntry[]> {
  const mode = sourceMode(spec);
  if (mode === undefined) return [];
  const root = resolve(spec.root, spec.sourceRoot as string);
  if (!(await isFolder(root, options.faults))) return [];
  const rules = new SourceRules(root, options);
  const own = specFiles(spec, root);
  const decide = (path: string, name: string, isFolder: boolean, isLink: boolean): Verdict => {
    if (isExcludedName(name)) return VERDICTS.never;
    if (own.has(path)) return VERDICTS.specFile;
    if (mode === "loaded_modules" && !isFolder && !name.endsWith(".py") && !isLink) return VERDICTS.noModule;
    const verdict = rules.decide(path, isFolder);
    return mode === "loaded_modules" && isFolder && verdict.skip === false ? VERDICTS.onTheWay : verdict;
  };
  const decisions = new Decisions(options.tell);
  const found = await walkTree(root, {
    ...options,
    parameter: "sourceRoot",
    enter: (folder, names) => rules.enter(folder, names),
    skip: (path, name, isFolder, isLink) =>
      told(decide(path, name, isFolder, isLink), `source/${path}`, isFolder, decisions.tell),
  });
  // Folders are listed through the files in them: an empty folder is not content.
  const content = found.filter(({ type }) => type !== "directory");
  const entries = mode === "all" ? content : withLinkedModules(root, content, options);
  for (const { path, link } of linksOut(entries)) warnOfLink(path, link, options);
  if (mode === "loaded_modules" && !entries.some(({ path }) => path.endsWith(".py"))) {
    options.warn(`sourceRoot '${spec.sourceRoot}' holds no .py file, and the mode loaded_modules takes no other`);
  }
  // Of the list that is ours alone: there may be very many.
  for (const entry of entries) entry.path = `source/${entry.path}`;
  const shipped: TreeEntry[] = [{ type: "directory", path: "source" }, ...entries];
  decisions.settle(shipped, mode === "loaded_modules" ? "no-module" : "special-file");
  return shipped;
}

/**
 * Which links of the `loaded_modules` mode come along: modules, and links to a folder that holds some. One to a folder
 * elsewhere is told, since an import through it will fail.
 */
function withLinkedModules(
  root: string,
  entries: readonly TreeEntry[],
  options: ListOptions & { trail: Trail },
): TreeEntry[] {
  const folders = new Set<string>();
  for (const { path, type } of entries) {
    if (type !== "file" && !path.endsWith(".py")) continue;
    for (let above = parentOf(path); above !== ""; above = parentOf(above)) folders.add(above);
  }
  const real = realpathSync(root);
  return entries.filter((entry) => {
    if (entry.type !== "symlink" || entry.path.endsWith(".py")) return true;
    // What it leads to may change without it.
    options.trail.doubt();
    const target = folderBehind(join(root, entry.path));
    if (target === undefined) return false;
    const way = relative(real, target).replaceAll(sep, "/");
    if (way === "" || folders.has(way)) return true;
    if (way.startsWith("../") || way === ".." || isAbsolute(way)) warnOfLink(entry.path, entry.link, options);
    return false;
  });
}

function folderBehind(link: string): string | undefined {
  try {
    const target = realpathSync(link);
    return statSync(target).isDirectory() ? target : undefined;
  } catch {
    return undefined; // It leads nowhere, or round in a circle.
  }
}

function warnOfLink(path: string, link: string, { warn }: ListOptions): void {
  warn(`the link '${path}' in sourceRoot leads out of it, to '${link}': its target does not go into the image`);
}

async function isFolder(path: string, faults: InputFaults): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    const hint = "Name the folder; single files go into copy.";
    faults.add("sourceRoot", { code: "not_a_folder", message: `'${path}' is not a folder`, hint });
  } catch (error) {
    faults.addSystem("sourceRoot", path, error);
  }
  return false;
}
