import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Spec } from "../spec/spec.ts";
import { DockerIgnore } from "./docker-ignore.ts";
import { isExcludedName } from "./excluded-names.ts";
import { GitIgnore } from "./git-ignore.ts";
import type { InputFaults } from "./input-faults.ts";
import { linkLeavesTree } from "./link-target.ts";
import { type TreeEntry, walkTree } from "./walk-tree.ts";

export interface ListOptions {
  faults: InputFaults;
  warn(message: string): void;
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
export async function listSources(spec: Spec, options: ListOptions): Promise<TreeEntry[]> {
  const mode = sourceMode(spec);
  if (mode === undefined) return [];
  const root = resolve(spec.root, spec.sourceRoot as string);
  if (!(await isFolder(root, options.faults))) return [];
  const rules = new SourceRules(root);
  const entries = await walkTree(root, {
    ...options,
    parameter: "sourceRoot",
    enter: (folder, names) => rules.enter(folder, names),
    skip: (path, name, isFolder) => {
      if (isExcludedName(name)) return true;
      if (mode === "all") return rules.skip(path, isFolder);
      if (!isFolder) return !name.endsWith(".py") || rules.skip(path, false);
      // Only folders that lead to a module are wanted, and those come with it.
      return rules.skip(path, true) || "descend";
    },
  });
  for (const entry of entries) {
    if (entry.type === "symlink" && linkLeavesTree(entry.path, entry.link)) {
      options.warn(
        `the link '${entry.path}' in sourceRoot leads out of it, to '${entry.link}': its target does not go into the image`,
      );
    }
  }
  return [
    { type: "directory", path: "source" },
    ...entries.map((entry) => ({ ...entry, path: `source/${entry.path}` })),
  ];
}

/** The ignore rules of one source tree, read folder by folder as the tree is walked. */
class SourceRules {
  readonly #root: string;
  #docker: DockerIgnore | undefined;
  readonly #git = new Map<string, GitIgnore | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  async enter(folder: string, names: readonly string[]): Promise<void> {
    if (folder === "" && names.includes(".dockerignore")) {
      const file = join(this.#root, ".dockerignore");
      this.#docker = new DockerIgnore(await readFile(file, "utf8"), file);
    }
    if (this.#docker) return;
    const above = folder === "" ? undefined : this.#git.get(parentOf(folder));
    const own = names.includes(".gitignore") ? await readRules(join(this.#root, folder, ".gitignore")) : undefined;
    this.#git.set(folder, own === undefined ? above : new GitIgnore(own, folder, above));
  }

  skip(path: string, isFolder: boolean): boolean | "descend" {
    if (!this.#docker) return this.#git.get(parentOf(path))?.ignores(path, isFolder) ?? false;
    if (!this.#docker.ignores(path)) return false;
    return isFolder && !this.#docker.canPrune(path) ? "descend" : true;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

async function readRules(file: string): Promise<string | undefined> {
  // A folder of that name is not an ignore file.
  return readFile(file, "utf8").catch(() => undefined);
}

async function isFolder(path: string, faults: InputFaults): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
    faults.add(
      "sourceRoot",
      "not_a_folder",
      `'${path}' is not a folder`,
      "Name the folder; single files go into copy.",
    );
  } catch (error) {
    faults.addSystem("sourceRoot", path, error);
  }
  return false;
}
