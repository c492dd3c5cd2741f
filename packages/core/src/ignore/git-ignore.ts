import type { IgnoreRule } from "./file-decision.ts";
import { gitGlob } from "./git-glob.ts";
import { globMatcher } from "./glob.ts";

/** A line that says something about paths. */
export interface GitRule extends IgnoreRule {
  takesBack: boolean;
  foldersOnly: boolean;
  /** Matches the path below the rules' folder, or the last name alone. */
  byName: boolean;
  matches(text: string): boolean;
}

/** Where rules stand, and what they take precedence over. */
export interface GitIgnoreOptions {
  folder?: string | undefined;
  behind?: GitIgnore | undefined;
  /** Absolute path of the ignore file. */
  file?: string | undefined;
}

/**
 * Git's ignore rules of one file and of the files it takes precedence over: each `.gitignore` is about paths below its
 * own folder, the deepest with a matching line wins, and in it the last matching line (gitignore(5)).
 */
export class GitIgnore {
  #behind: GitIgnore | undefined;
  /** The folder of these paths as the rules behind them name it, with a `/` at the end. */
  #above = "";
  /** Of the folder the rules stand in, with a `/` at the end; empty for the top. */
  readonly #prefix: string;
  readonly #rules: readonly GitRule[];

  /** `folder` is where the rules stand, by its path from where the paths that are asked about begin. */
  constructor(text: string, { folder = "", behind, file = "" }: GitIgnoreOptions = {}) {
    this.#behind = behind;
    this.#prefix = folder === "" ? "" : `${folder}/`;
    this.#rules = text
      .replace(/^\ufeff/, "")
      .split("\n")
      .flatMap((line, index) => parseRule(line, file, index + 1))
      .reverse();
  }

  /** The same rules for paths that begin in `folder`, below the one these speak of. */
  from(folder: string): GitIgnore {
    const rules = new GitIgnore("");
    rules.#above = `${folder}/`;
    rules.#behind = this;
    return rules;
  }

  /**
   * The rule that decides about a path below this folder; undefined when none speaks of it. Ask for its parents first:
   * git never looks into an ignored folder.
   */
  ruleOf(path: string, isFolder: boolean): GitRule | undefined {
    if (this.#rules.length === 0) return this.#behind?.ruleOf(this.#above + path, isFolder);
    const below = asBytes(path.slice(this.#prefix.length));
    const name = below.slice(below.lastIndexOf("/") + 1);
    for (const rule of this.#rules) {
      if (rule.foldersOnly && !isFolder) continue;
      if (rule.matches(rule.byName ? name : below)) return rule;
    }
    return this.#behind?.ruleOf(this.#above + path, isFolder);
  }
}

function parseRule(given: string, file: string, line: number): GitRule[] {
  const text = given.replace(/\r$/, "");
  let pattern = text;
  if (pattern.startsWith("#")) return [];
  pattern = withoutTrailingSpaces(pattern);
  const takesBack = pattern.startsWith("!");
  if (takesBack) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith("/");
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === "") return [];
  const byName = !pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  const tokens = gitGlob(asBytes(pattern));
  // Git matches nothing by a pattern it cannot read.
  return tokens === undefined
    ? []
    : [{ file, line, text, takesBack, foldersOnly, byName, matches: globMatcher(tokens) }];
}

/** Git compares bytes (`?` matches half of an `é`), so each byte of the UTF-8 becomes a character here. */
function asBytes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is its own bytes
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text).toString("latin1");
}

/** Spaces at the end do not count unless a backslash stands before them. */
function withoutTrailingSpaces(pattern: string): string {
  let end = pattern.length;
  while (end > 0 && pattern[end - 1] === " ") end--;
  if (end === pattern.length) return pattern;
  let backslashes = 0;
  while (pattern[end - 1 - backslashes] === "\\") backslashes++;
  return pattern.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}
