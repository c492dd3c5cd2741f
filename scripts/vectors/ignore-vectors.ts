import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** Rules and the paths they leave out. */
interface Vector {
  text: string;
  ignored: string[];
  /** The tool refuses the rules. */
  error?: boolean;
}

interface Vectors {
  source: string;
  paths: string[];
  vectors: Vector[];
}

/** What a text is made of, and the tool that decides what it means. */
interface Tool {
  file: string;
  source: string;
  paths: string[];
  pieces: string[];
  answer(texts: string[], paths: string[]): Vector[];
}

/** The least number of texts of each kind; those already in a file stay, so that new ones can be added by hand. */
const TEXTS = 600;
const SEED = 20_260_101;
const FIXTURES = join(import.meta.dirname, "../../packages/core/src/ignore/fixtures");

const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();

const TOOLS: Tool[] = [
  {
    file: "docker-ignore-vectors.json",
    source: "github.com/moby/patternmatcher v0.6.1",
    paths: [],
    pieces: [
      "a",
      "b",
      "x",
      "src",
      "*",
      "**",
      "/",
      "?",
      "**/",
      "/**",
      "!",
      "#",
      " ",
      "\\*",
      "\\",
      ".",
      "../",
      ".py",
      "[ab]",
      "[^a]",
      "[a-c]",
      "[",
      "]",
      "é",
      "(",
      "{2}",
      "+",
      "$",
      "|",
    ],
    answer: (texts, paths) =>
      JSON.parse(
        execFileSync("go", ["run", "."], {
          cwd: join(import.meta.dirname, "moby"),
          input: JSON.stringify({ texts, paths }),
          encoding: "utf8",
          maxBuffer: 64 * 1024 * 1024,
        }),
      ),
  },
  {
    file: "git-ignore-vectors.json",
    source: git("--version"),
    paths: [
      "a",
      "b",
      "ab",
      "abc",
      "a.b",
      "a.py",
      "a b",
      "A",
      "1",
      "-",
      "!a",
      "#a",
      "a-b",
      "a]b",
      "a[b",
      "a\\b",
      "é",
      "x/a",
      "x/é",
      "x/#a",
      "x/y/ab",
      "x/y/z/a",
      "x/a.py",
      "x/y/a.py",
      "src/a.pyc",
      "src/x/y/b",
    ],
    pieces: [
      "a",
      "b",
      "x",
      "y",
      "src",
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
      ".py",
      "[ab]",
      "[!a]",
      "[^a]",
      "[a-c]",
      "[c-a]",
      "[]a]",
      "[!]a]",
      "[a-]",
      "[\\]]",
      "[[:alpha:]]",
      "[[:digit:]b]",
      "[",
      "]",
    ],
    answer: (texts, paths) => texts.map((text) => ({ text, ignored: outOfGit(text, paths) })),
  },
];

/** The paths that git leaves out by these rules, in a repository without any file. */
function outOfGit(rules: string, paths: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "git-vectors-"));
  try {
    git("init", "-q", folder);
    writeFileSync(join(folder, ".gitignore"), rules);
    const settings = ["-c", "core.excludesFile=", "-c", "core.ignoreCase=false"];
    const args = [...settings, "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"];
    let said: string;
    try {
      said = execFileSync("git", args, {
        cwd: folder,
        input: `${paths.join("\0")}\0`,
        encoding: "utf8",
        stdio: "pipe",
      });
    } catch (error) {
      // Exit code 1 means that no path is left out.
      said = (error as { stdout: string }).stdout;
    }
    // For each path: source, line, pattern, path.
    const fields = said.split("\0");
    return paths.filter((_, index) => {
      const [source, , pattern] = fields.slice(4 * index);
      return source !== "" && pattern?.startsWith("!") === false;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const tool of TOOLS) {
  const path = join(FIXTURES, tool.file);
  const known: Partial<Vectors> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const line = fc.array(fc.constantFrom(...tool.pieces), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
  const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((each) => each.join("\n"));
  const texts = new Set((known.vectors ?? []).map(({ text }) => text));
  for (const text of fc.sample(lines, { seed: SEED, numRuns: 2 * TEXTS })) if (texts.size < TEXTS) texts.add(text);
  const paths = known.paths ?? tool.paths;
  const vectors = tool.answer([...texts], paths);
  const body = vectors.map((vector) => JSON.stringify(vector)).join(",\n");
  const head = JSON.stringify({ source: tool.source, paths }).slice(0, -1);
  writeFileSync(path, `${head},"vectors":[\n${body}\n]}\n`);
  console.log(`${tool.file}: ${vectors.length} texts, ${vectors.length * paths.length} answers of ${tool.source}`);
}
