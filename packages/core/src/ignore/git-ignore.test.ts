import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GitIgnore } from "./git-ignore.ts";

const PATHS = [
  "a",
  "b",
  "ab",
  "abc",
  "a.b",
  "x/a",
  "x/y/ab",
  "x/y/z/a",
  "a-b",
  "a]b",
  "a[b",
  "a\\b",
  "é",
  "x/é",
  "A",
  "1",
];
const ODD_PATHS = ["a b", "-", "!a", "#a", "x/#a"];
const PARTS = [
  "a",
  "b",
  "x",
  "y",
  "é",
  "*",
  "**",
  "***",
  "/",
  "?",
  "**/",
  "/**",
  "!",
  "#",
  " ",
  "\\ ",
  "\\",
  "\\a",
  "\\*",
];
const SETS = ["[ab]", "[!a]", "[^a]", "[a-c]", "[c-a]", "[]a]", "[!]a]", "[a-]", "[\\]]", "[a-\\c]", "[é]", "[", "]"];
const CLASSES = ["[[:alpha:]]", "[[:digit:]b]", "[[:foo:]]"];
// With stars between a name and a slash, as in a**/b, older versions of git match ab by mistake.
const LITERAL_BEFORE_FOLDERS = /^!?[^*?[\\\n]*[^*?[\\\n/]\*{2,}\//m;

// scripts/vectors/ignore-vectors.ts writes them, by the git it finds.
const vectors = JSON.parse(readFileSync(new URL("./fixtures/git-ignore-vectors.json", import.meta.url), "utf8")) as {
  paths: string[];
  vectors: { text: string; ignored: string[] }[];
};

describe("GitIgnore", () => {
  it("has vectors enough", () => {
    expect(vectors.vectors.length).toBeGreaterThanOrEqual(500);
  });

  it.each(vectors.vectors)("does with $text what git does", ({ text, ignored }) => {
    const rules = new GitIgnore(text);
    expect(vectors.paths.filter((path) => isOut(rules, path))).toEqual(ignored);
  });
});

it("says of every path what the git of this machine says", () => {
  const folder = mkdtempSync(join(tmpdir(), "git-ignore-"));
  const paths = [...PATHS, ...ODD_PATHS];
  try {
    execFileSync("git", ["init", "-q"], { cwd: folder });
    const pattern = fc.array(fc.constantFrom(...PARTS, ...SETS, ...CLASSES), { minLength: 1, maxLength: 6 });
    const text = fc
      .array(pattern, { minLength: 1, maxLength: 4 })
      .map((lines) => lines.map((one) => one.join("")).join("\n"))
      .filter((rules) => !LITERAL_BEFORE_FOLDERS.test(rules));
    fc.assert(
      fc.property(text, (rules) => {
        writeFileSync(join(folder, ".gitignore"), rules);
        const ignore = new GitIgnore(rules);
        const ours = paths.filter((path) => isOut(ignore, path));
        expect(ours).toEqual(outOfGit(folder, paths));
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function isOut(rules: GitIgnore, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, index) => {
    const isFolder = index < parts.length - 1;
    return rules.ruleOf(parts.slice(0, index + 1).join("/"), isFolder)?.takesBack === false;
  });
}

function outOfGit(folder: string, paths: readonly string[]): string[] {
  const args = ["-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"];
  let answer: string;
  try {
    answer = execFileSync("git", args, {
      cwd: folder,
      input: `${paths.join("\0")}\0`,
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    // Exit 1 means that no path is left out.
    answer = (error as { stdout: string }).stdout;
  }
  // For each path: source, line, pattern, path.
  const fields = answer.split("\0");
  return paths.filter((_, index) => {
    const [source, , pattern] = fields.slice(4 * index);
    return source !== "" && !pattern?.startsWith("!");
  });
}
