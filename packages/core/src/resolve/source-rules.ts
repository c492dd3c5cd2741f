import { realpathSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { DockerIgnore } from "./docker-ignore.ts";
import { GitIgnore } from "./git-ignore.ts";
import { findRepository, isWorkTree } from "./git-repository.ts";
import type { InputFaults } from "./input-faults.ts";
import { LARGEST_RULES, readRegularFile } from "./read-regular-file.ts";

/** The rules that hold for the entries of one folder. */
interface FolderRules {
  git: GitIgnore | undefined;
  /** Folder of the tree that `tracked` and `git` speak of, with a `/` at the end; empty for the tree's top. */
  prefix: string;
  tracked: ReadonlySet<string>;
  /** Below a folder that is left out, where only what is tracked comes in. */
  isOut: boolean;
}

const NO_RULES: FolderRules = { git: undefined, prefix: "", tracked: new Set(), isOut: false };

/**
 * What of a source tree the ignore files leave out, read folder by folder as the tree is walked. A `.dockerignore` in
 * its top is all there is; else git's rules hold, whole: each `.gitignore` from the work tree's top down, then its
 * `info/exclude`, and what is tracked stays in. A work tree inside the tree has rules of its own. The host's
 * `core.excludesFile` takes no part, nor does a rule that would leave out the tree itself, which somebody has named.
 */
export class SourceRules {
  readonly #root: string;
  readonly #faults: InputFaults;
  #docker: DockerIgnore | undefined;
  readonly #folders = new Map<string, FolderRules>();
  /** Folders that are read although they are left out, for what is tracked in them. */
  readonly #out = new Set<string>();

  constructor(root: string, faults: InputFaults) {
    this.#root = root;
    this.#faults = faults;
  }

  async enter(folder: string, names: readonly string[]): Promise<void> {
    if (folder === "" && names.includes(".dockerignore")) {
      const file = join(this.#root, ".dockerignore");
      const text = await this.#read(file);
      if (text !== undefined) this.#docker = new DockerIgnore(text, file);
    }
    if (this.#docker) return;
    const above = folder === "" ? await this.#rulesAbove() : await this.#rulesOf(folder, names);
    const file = join(this.#root, folder, ".gitignore");
    const own = names.includes(".gitignore") ? await this.#readGitIgnore(file) : undefined;
    const below = folder.slice(above.prefix.length);
    this.#folders.set(folder, own === undefined ? above : { ...above, git: new GitIgnore(own, below, above.git) });
  }

  skip(path: string, isFolder: boolean): boolean | "descend" {
    if (this.#docker) {
      if (!this.#docker.ignores(path)) return false;
      return isFolder && !this.#docker.canPrune(path) ? "descend" : true;
    }
    const rules = this.#folders.get(parentOf(path)) ?? NO_RULES;
    const own = path.slice(rules.prefix.length);
    if (!rules.isOut && !rules.git?.ignores(own, isFolder)) return false;
    if (!rules.tracked.has(own)) return true;
    if (!isFolder) return false;
    this.#out.add(path);
    return "descend";
  }

  async #rulesOf(folder: string, names: readonly string[]): Promise<FolderRules> {
    const absolute = join(this.#root, folder);
    if (names.includes(".git") && (await isWorkTree(absolute))) {
      const repository = await findRepository(absolute);
      const git = repository && new GitIgnore(repository.exclude);
      return { git, prefix: `${folder}/`, tracked: repository?.tracked ?? new Set(), isOut: false };
    }
    const above = this.#folders.get(parentOf(folder)) ?? NO_RULES;
    return this.#out.has(folder) ? { ...above, isOut: true } : above;
  }

  /** The rules of the work tree around the source tree. Paths they speak of begin at the work tree's top. */
  async #rulesAbove(): Promise<FolderRules> {
    const root = realpathSync(this.#root);
    const repository = await findRepository(root);
    if (!repository) return NO_RULES;
    const way = relative(repository.top, root)
      .split(sep)
      .filter((part) => part !== "");
    let git = new GitIgnore(repository.exclude);
    for (let depth = 0; depth < way.length; depth++) {
      const text = await this.#readGitIgnore(join(repository.top, ...way.slice(0, depth), ".gitignore"));
      if (text !== undefined) git = new GitIgnore(text, way.slice(0, depth).join("/"), git);
    }
    return {
      git: way.length === 0 ? git : git.from(way.join("/")),
      prefix: "",
      tracked: repository.tracked,
      isOut: false,
    };
  }

  /** As git does, neither a folder nor a link of that name is an ignore file. */
  async #readGitIgnore(file: string): Promise<string | undefined> {
    const stats = await lstat(file).catch(() => undefined);
    return stats === undefined || stats.isDirectory() || stats.isSymbolicLink() ? undefined : this.#read(file);
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return (await readRegularFile(file, LARGEST_RULES)).toString("utf8");
    } catch (error) {
      this.#faults.addSystem("sourceRoot", file, error);
      return undefined;
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
