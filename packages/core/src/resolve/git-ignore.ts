import ignore, { type Ignore } from "ignore";

/**
 * Git's ignore rules of one folder and those above it: each `.gitignore` speaks of paths below its own folder, the
 * deepest that says something wins.
 */
export class GitIgnore {
  readonly #above: GitIgnore | undefined;
  /** Of the folder the rules stand in, with a `/` at the end; empty for the top. */
  readonly #prefix: string;
  readonly #rules: Ignore;

  constructor(text: string, folder = "", above?: GitIgnore) {
    this.#above = above;
    this.#prefix = folder === "" ? "" : `${folder}/`;
    this.#rules = ignore({ ignorecase: false }).add(text.replace(/^\ufeff/, ""));
  }

  /** Whether a path below this folder is left out. Ask for its parents first: git never looks into an ignored folder. */
  ignores(path: string, isFolder: boolean): boolean {
    const { ignored, unignored } = this.#rules.test(path.slice(this.#prefix.length) + (isFolder ? "/" : ""));
    if (ignored) return true;
    if (unignored) return false;
    return this.#above?.ignores(path, isFolder) ?? false;
  }
}
