import { posix } from "node:path";
import { ImageSpecError } from "@imagespec/registry/terms";
import type { IgnoreRule } from "./file-decision.ts";
import { characterSet, type GlobToken, globMatcher, literal, NOT_A_SLASH } from "./glob.ts";
import { holdsOperators, mobyExpression } from "./moby-expression.ts";

// A character class as Go's filepath.Match takes it: no bare `-` or `]` at its ends.
const CLASS = /^\[\^?(?:(?:[^\\\]-]|\\.)(?:-(?:[^\\\]-]|\\.))?)+\]/u;

/** A line that is a pattern. */
export interface DockerRule extends IgnoreRule {
  /** A `!` pattern takes back what earlier ones left out. */
  takesBack: boolean;
  /** The pattern up to its first special character. */
  literal: string;
  matches(path: string): boolean;
}

/** The rules of one `.dockerignore`, with moby's semantics (https://pkg.go.dev/github.com/moby/patternmatcher). */
export class DockerIgnore {
  readonly #patterns: DockerRule[];

  /** @throws ImageSpecError E_INPUT_FILE with file and line of an invalid pattern. */
  constructor(text: string, fileName = ".dockerignore") {
    this.#patterns = parseLines(text).map(({ line, raw, pattern }) => {
      try {
        return { file: fileName, line, text: raw, ...compile(pattern) };
      } catch (cause) {
        throw new ImageSpecError("E_INPUT_FILE", `${fileName}:${line}: '${pattern}' is not a pattern`, {
          hint: "Close the bracket, or put a backslash before a special character.",
          cause,
        });
      }
    });
  }

  /**
   * The rule that decides about a path, relative with `/`, by itself or by a folder above it; undefined when none
   * leaves it out. The last pattern wins: the path is out unless that one takes back.
   */
  ruleOf(path: string): DockerRule | undefined {
    const parents = parentsOf(path);
    let decisive: DockerRule | undefined;
    for (const rule of this.#patterns) {
      // A pattern that could not change the result need not be tried.
      if (rule.takesBack !== (decisive?.takesBack === false)) continue;
      if (rule.matches(path) || parents.some((parent) => rule.matches(parent))) decisive = rule;
    }
    return decisive;
  }

  /** Whether nothing below an ignored folder can come back, so that the folder need not be read. */
  canPrune(folder: string): boolean {
    const below = `${folder}/`;
    return !this.#patterns.some(
      ({ takesBack, literal }) => takesBack && (literal.startsWith(below) || below.startsWith(literal)),
    );
  }
}

function parentsOf(path: string): string[] {
  const result: string[] = [];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1))
    result.push(path.slice(0, slash));
  return result;
}

/** Lines that are patterns: comments start in the first column, paths are cleaned as Go's filepath.Clean does. */
function parseLines(text: string): { line: number; raw: string; pattern: string }[] {
  const result: { line: number; raw: string; pattern: string }[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  for (const [index, raw] of lines.entries()) {
    if (raw.startsWith("#")) continue;
    let pattern = raw.trim();
    if (pattern === "") continue;
    const takesBack = pattern.startsWith("!");
    if (takesBack) pattern = pattern.slice(1).trim();
    if (pattern !== "") {
      // Trimmed again: `src /` is `src`.
      pattern = clean(pattern).trim();
      if (pattern.length > 1 && pattern.startsWith("/")) pattern = pattern.slice(1);
    }
    result.push({ line: index + 1, raw: raw.trim(), pattern: takesBack ? `!${pattern}` : pattern });
  }
  return result;
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

function compile(source: string): Pick<DockerRule, "takesBack" | "literal" | "matches"> {
  const takesBack = source.startsWith("!");
  const pattern = takesBack ? source.slice(1) : source;
  if (pattern === "") throw new SyntaxError("nothing to take back");
  const literal = /^[^*?[\\]*/.exec(pattern)?.[0] ?? "";
  return { takesBack, literal, matches: matcher(pattern) };
}

/** A pattern as a test of one path. `*` and `?` stop at `/`; `**` is any number of folders. */
function matcher(pattern: string): (path: string) => boolean {
  const characters = [...pattern];
  const tokens: GlobToken[] = [];
  let kind: "exact" | "prefix" | "suffix" | "glob" = "exact";
  for (let index = 0, step = 0; index < characters.length; index++, step++) {
    const character = characters[index] as string;
    if (character === "*" && characters[index + 1] === "*") {
      index++;
      if (characters[index + 1] === "/") index++;
      if (index + 1 < characters.length) {
        tokens.push({ kind: "folders" });
        kind = "glob";
      } else if (kind === "exact") kind = "prefix";
      else {
        tokens.push({ kind: "run", crosses: true });
        kind = "glob";
      }
      if (step === 0) kind = "suffix";
    } else if (character === "*") {
      tokens.push({ kind: "run", crosses: false });
      kind = "glob";
    } else if (character === "?") {
      tokens.push(NOT_A_SLASH);
      kind = "glob";
    } else if (character === "\\") {
      index++;
      const next = characters[index];
      if (next === undefined) {
        // Go looks no further than the first wildcard that does not fit.
        if (/^\**(?:[^*\\]|\\.)*\\$/su.test(pattern)) throw new SyntaxError("nothing to escape");
        return mobyExpression(pattern);
      }
      tokens.push(literal(next));
      kind = "glob";
    } else if (character === "[") {
      const set = CLASS.exec(characters.slice(index).join(""))?.[0];
      if (set === undefined) throw new SyntaxError("a bracket is not closed");
      tokens.push(characterSet(set));
      index += [...set].length - 1;
      kind = "glob";
    } else {
      tokens.push(literal(character));
      if (character === "]") kind = "glob";
    }
  }
  if (kind === "exact") return (path) => path === pattern;
  if (kind === "prefix") return (path) => path.startsWith(pattern.slice(0, -2));
  if (kind === "suffix") {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith("/") && path === suffix.slice(1));
  }
  return holdsOperators(pattern) ? mobyExpression(pattern) : globMatcher(tokens);
}
