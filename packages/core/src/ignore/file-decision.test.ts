import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import type { FileDecision } from "./file-decision.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "file-decision-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { stdio: "pipe" });

/** What is told of each path, in few words, and that what is in is what is shipped. */
async function decide(parameters: ImageSpecParameters): Promise<Record<string, string>> {
  const decisions: FileDecision[] = [];
  const spec = new ImageSpec({ name: "app", baseImage: "base:1", ...parameters }, { root });
  const tell = (decision: FileDecision) => void decisions.push(decision);
  const { files } = await resolveSpec(spec, { env: {}, cacheDir: join(root, ".cache"), tell });
  const shipped = files.filter(({ type }) => type !== "directory").map(({ path }) => path);
  expect(
    decisions
      .filter(({ isIn }) => isIn)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(shipped.sort());
  const words = decisions.map(({ path, isIn, because, rule }) => [
    path,
    `${isIn ? "in" : "out"} ${because}${rule ? ` ${rule.file.slice(root.length + 1)}:${rule.line} ${rule.text}` : ""}`,
  ]);
  expect(new Set(words.map(([path]) => path)).size).toBe(words.length);
  return Object.fromEntries(words);
}

it("names the line of a .dockerignore that decides, and what is out whatever it says", async () => {
  write({
    "src/.dockerignore": "# comment\n*.log\n  build/  \n!build/keep.txt\nsecret\n",
    "src/a.py": "",
    "src/a.log": "",
    "src/build/x.txt": "",
    "src/build/keep.txt": "",
    "src/secret/key": "",
    "src/node_modules/x.js": "",
    "src/imagespec.json": "{}",
  });
  expect(await decide({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual({
    "source/.dockerignore": "in no-rule",
    "source/a.py": "in no-rule",
    "source/a.log": "out rule src/.dockerignore:2 *.log",
    "source/build/x.txt": "out rule src/.dockerignore:3 build/",
    "source/build/keep.txt": "in rule src/.dockerignore:4 !build/keep.txt",
    "source/secret/": "out rule src/.dockerignore:5 secret",
    "source/node_modules/": "out never",
    "source/imagespec.json": "in no-rule",
  });
});

it("names the line of a .gitignore, of one above, of info/exclude, and what git tracks all the same", async () => {
  git("init", "-q");
  write({
    ".gitignore": "*.tmp\n",
    "src/.gitignore": "\n*.log\n!keep.log\nout/\n",
    "src/a.py": "",
    "src/a.tmp": "",
    "src/a.log": "",
    "src/keep.log": "",
    "src/local": "",
    "src/out/kept.py": "",
    "src/out/x.py": "",
  });
  write({ ".git/info/exclude": "local\n" });
  git("add", "-f", "src/out/kept.py");
  expect(await decide({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual({
    "source/.gitignore": "in no-rule",
    "source/a.py": "in no-rule",
    "source/a.tmp": "out rule .gitignore:1 *.tmp",
    "source/a.log": "out rule src/.gitignore:2 *.log",
    "source/keep.log": "in rule src/.gitignore:3 !keep.log",
    "source/local": "out rule .git/info/exclude:1 local",
    "source/out/kept.py": "in tracked src/.gitignore:4 out/",
    "source/out/x.py": "out rule src/.gitignore:4 out/",
  });
});

it("tells what is not a module, what copy names, and what is read for requirements", async () => {
  write({
    "src/a.py": "",
    "src/a.txt": "",
    "src/pkg/b.py": "",
    "data/x.csv": "",
    "data/__pycache__/x.pyc": "",
    "one.txt": "",
    "requirements.txt": "-c constraints.txt\n",
    "constraints.txt": "",
  });
  symlinkSync("nowhere", join(root, "src/dangling"));
  symlinkSync("pkg", join(root, "src/linked"));
  const parameters = { sourceRoot: "src", copy: ["data", "one.txt"], requirements: "requirements.txt" };
  expect(await decide(parameters)).toEqual({
    "source/a.py": "in no-rule",
    "source/a.txt": "out no-module",
    "source/pkg/b.py": "in no-rule",
    "source/dangling": "out no-module",
    "source/linked": "in no-rule",
    "copy/data/x.csv": "in copy",
    "copy/data/__pycache__/": "out never",
    "copy/one.txt": "in copy",
    "requirements/requirements.txt": "in requirements",
    "requirements/constraints.txt": "in requirements",
  });
});

it("tells of a socket that it cannot be shipped", async () => {
  write({ "src/a.txt": "" });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, "src/socket"), resolve));
  try {
    expect(await decide({ sourceRoot: "src", sourceCopyMode: "all" })).toEqual({
      "source/a.txt": "in no-rule",
      "source/socket": "out special-file",
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

it("tells of a project's files by its own rules", async () => {
  write({
    "app/pyproject.toml":
      '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\n[build-system]\nrequires = []\n',
    "app/uv.lock":
      'version = 1\nrequires-python = ">=3.8"\n[[package]]\nname = "app"\nversion = "1"\nsource = { editable = "." }\n',
    "app/.dockerignore": "notes\n",
    "app/app.py": "",
    "app/notes": "",
    "app/dist/app.whl": "",
  });
  const decisions = await decide({ requirements: "app/uv.lock", uvProject: { installProject: true } });
  expect(decisions).toMatchObject({
    "requirements/projects/app/app.py": "in no-rule",
    "requirements/projects/app/notes": "out rule app/.dockerignore:1 notes",
    "requirements/projects/app/dist/": "out not-of-project",
  });
});
