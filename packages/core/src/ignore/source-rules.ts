import { readdirSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { LARGEST_RULES } from "@imagespec/registry/terms";
import type { InputFaults } from "../files/input-faults.ts";
import { parentOf } from "../files/parent-of.ts";
import type { FileKind, Trail } from "../files/trail.ts";
import { DockerIgnore } from "./docker-ignore.ts";
import { VERDICTS, type Verdict } from "./file-decision.ts";
import { GitIgnore, type GitRule } from "./git-ignore.ts";
import { findRepository, type GitOptions, isWorkTree, type TrackedPaths } from "./git-repository.ts";

/** The rules that hold for the entries of one folder. */
interface FolderRules {
  git: GitIgnore | undefined;
  /** Folder of the tree that `tracked` and `git` speak of, with a `/` at the end; empty for the tree's top. */
  prefix: string;
  tracked: TrackedPaths;
  /** Below a folder that this rule leaves out, only what is tracked comes in. */
  out: GitRule | undefined;
  /** Where the folder of `prefix` lies in the work tree: its path from the top. */
  at: string;
  /** Ignore files that a sparse checkout leaves out, and that git obeys: their paths from the top. */
  hiddenFiles: ReadonlySet<string>;
  /** The one of them that speaks of this folder. */
  hidden: string | undefined;
}

const NO_RULES: FolderRules = {
  git: undefined,
  prefix: "",
  tracked: new Set<string>(),
  out: undefined,
  at: "",
  hiddenFiles: new Set<string>(),
  hidden: undefined,
};

/**
 * What of a source tree the ignore files leave out, read folder by folder as the tree is walked. A `.dockerignore` in
 * its top is all there is; else git's rules hold, whole: each `.gitignore` from the work tree's top down, then its
 * `info/exclude`, and what is tracked stays in. A work tree inside the tree has rules of its own. The host's
 * `core.excludesFile` takes no part, nor does a rule that would leave out the tree itself, which somebody has named.
 */
export class SourceRules {
  readonly #root: string;
  readonly #faults: InputFaults;
  readonly #git: GitOptions;
  readonly #trail: Trail;
  #docker: DockerIgnore | undefined;
  readonly #folders = new Map<string, FolderRules>();
  /** The folder asked about last, which is mostly that of the next question. */
  #last = { folder: "", rules: NO_RULES };
  /** Folders that are read although a rule leaves them out, for what is tracked in them. */
  readonly #out = new Map<string, GitRule>();
  /** Ignore files that were refused, since they are not there. */
  readonly #refused = new Set<string>();

  constructor(root: string, { faults, ...git }: GitOptions & { faults: InputFaults }) {
    this.#root = root;
    this.#faults = faults;
    this.#git = git;
    this.#trail = git.trail;
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
    const git = own === undefined ? above.git : new GitIgnore(own, { folder: below, behind: above.git, file });
    const hidden = own === undefined ? hiddenFile(above.hiddenFiles, above.at, below) : undefined;
    const isAsAbove = git === above.git && hidden === undefined;
    this.#folders.set(folder, isAsAbove ? above : { ...above, git, hidden: hidden ?? above.hidden });
  }

  /** What the ignore files say about an entry whose folder was entered. */
  decide(path: string, isFolder: boolean): Verdict {
    if (this.#docker) {
      const rule = this.#docker.ruleOf(path);
      if (rule === undefined) return VERDICTS.in;
      const skip = !rule.takesBack && (!isFolder || this.#docker.canPrune(path) || "descend");
      return { skip, because: "rule", rule };
    }
    const rules = this.#rulesIn(path);
    const own = path.slice(rules.prefix.length);
    const rule = rules.out ?? rules.git?.ruleOf(own, isFolder);
    if (rule === undefined) {
      if (rules.hidden !== undefined && !isFolder && !rules.tracked.has(own)) this.#refuseUnknown(path, rules.hidden);
      return VERDICTS.in;
    }
    if (rule.takesBack) return { skip: false, because: "rule", rule };
    if (!rules.tracked.has(own)) return { skip: true, because: "rule", rule };
    if (isFolder) this.#out.set(path, rule);
    return { skip: isFolder && "descend", because: "tracked", rule };
  }

  /** What git does not track may be left out by rules that are not here to be read: said once for each such file. */
  #refuseUnknown(path: string, hidden: string): void {
    if (this.#refused.has(hidden)) return;
    this.#refused.add(hidden);
    this.#faults.add("sourceRoot", {
      code: "hidden_ignore_file",
      message: `git does not track '${path}', and '${hidden}', which may exclude it, is not in the sparse checkout`,
      hint: "Add the ignore file to the sparse checkout, or remove what git does not track.",
    });
  }

  /** The rules for an entry of a tree. */
  #rulesIn(path: string): FolderRules {
    const { folder, rules } = this.#last;
    if (path.lastIndexOf("/") === folder.length && path.startsWith(folder)) return rules;
    const parent = parentOf(path);
    this.#last = { folder: parent, rules: this.#folders.get(parent) ?? NO_RULES };
    return this.#last.rules;
  }

  async #rulesOf(folder: string, names: readonly string[]): Promise<FolderRules> {
    const absolute = join(this.#root, folder);
    if (names.includes(".git") && (await isWorkTree(absolute, this.#trail))) {
      const repository = await findRepository(absolute, this.#git);
      if (repository === undefined) return { ...NO_RULES, prefix: `${folder}/` };
      const { tracked, hiddenIgnoreFiles: hiddenFiles } = repository;
      const git = new GitIgnore(repository.exclude, { file: repository.excludeFile });
      return { ...NO_RULES, git, prefix: `${folder}/`, tracked, hiddenFiles };
    }
    const above = this.#folders.get(parentOf(folder)) ?? NO_RULES;
    const out = this.#out.get(folder);
    return out === undefined ? above : { ...above, out };
  }

  /** The rules of the work tree around the source tree. Paths they speak of begin at the work tree's top. */
  async #rulesAbove(): Promise<FolderRules> {
    const root = realpathSync(this.#root);
    const repository = await findRepository(root, this.#git);
    if (!repository) return NO_RULES;
    const way = relative(repository.top, root)
      .split(sep)
      .filter((part) => part !== "");
    const { tracked, submodules, hiddenIgnoreFiles: hiddenFiles } = repository;
    for (const path of submodules) this.#warnOfSubmodule(join(repository.top, path), path, root);
    let git = new GitIgnore(repository.exclude, { file: repository.excludeFile });
    let hidden: string | undefined;
    for (let depth = 0; depth < way.length; depth++) {
      const above = way.slice(0, depth);
      const file = join(repository.top, ...above, ".gitignore");
      const text = await this.#readGitIgnore(file);
      if (text !== undefined) git = new GitIgnore(text, { folder: above.join("/"), behind: git, file });
      else hidden = hiddenFile(hiddenFiles, ...above) ?? hidden;
    }
    const at = way.join("/");
    return { ...NO_RULES, git: at === "" ? git : git.from(at), tracked, at, hiddenFiles, hidden };
  }

  /** Git leaves the folder of a submodule empty until somebody asks for its files. */
  #warnOfSubmodule(folder: string, path: string, root: string): void {
    if (!folder.startsWith(`${root}${sep}`)) return;
    // It may be emptied again, and lie where nothing is listed.
    this.#trail.doubt();
    if (!isEmptyFolder(folder)) return;
    this.#git.warn(
      `the submodule '${path}' is not checked out, so no file of it goes into the image (git submodule update)`,
    );
  }

  /** As git does, neither a folder nor a link of that name is an ignore file. */
  async #readGitIgnore(file: string): Promise<string | undefined> {
    const kind = this.#kindOf(file);
    return kind === "file" || kind === "special" ? this.#read(file) : undefined;
  }

  #kindOf(file: string): FileKind {
    try {
      return this.#trail.kindOf(file);
    } catch {
      return "none"; // Whatever cannot be reached cannot be obeyed.
    }
  }

  async #read(file: string): Promise<string | undefined> {
    try {
      return (await this.#trail.read(file, LARGEST_RULES)).toString("utf8");
    } catch (error) {
      this.#faults.addSystem("sourceRoot", file, error);
      return undefined;
    }
  }
}

/** The path of a folder's ignore file, if it is one of those; the folder by the parts of its path. */
function hiddenFile(files: ReadonlySet<string>, ...folder: string[]): string | undefined {
  if (files.size === 0) return undefined;
  const path = [...folder, ".gitignore"].filter((part) => part !== "").join("/");
  return files.has(path) ? path : undefined;
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}
