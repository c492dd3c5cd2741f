import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import type { ImageSpecParameters } from "../image-spec/image-spec.ts";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";
import { ListedFolder } from "./fixtures/listed-folder.ts";

const NAMES = ["a.py", "b.py", "c.log", "d", "sub", "Ä b", "__pycache__"];
const place = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((names) => ["src", ...names].join("/"));
const rules = fc.constantFrom(
  ".gitignore",
  "src/.gitignore",
  "src/sub/.gitignore",
  "src/.dockerignore",
  ".git/info/exclude",
);
const rule = fc.constantFrom("*.log\n", "*.py\n", "sub/\n", "!b.py\n", "d\n!d\n", "");
const edit = fc.oneof(
  fc.record({ kind: fc.constant("write"), path: place, text: fc.constantFrom("one", "two", "three") }),
  fc.record({ kind: fc.constant("write"), path: rules, text: rule }),
  fc.record({ kind: fc.constant("write unseen"), path: place, text: fc.constantFrom("one", "two") }),
  fc.record({ kind: fc.constant("replace"), path: place, text: fc.constantFrom("one", "two") }),
  fc.record({ kind: fc.constant("link"), path: place, text: fc.constantFrom("a.py", "sub", "../out", "c.log") }),
  fc.record({
    kind: fc.constantFrom("remove", "folder", "mode", "track", "untrack", "repository"),
    path: place,
    text: fc.constant(""),
  }),
  fc.record({ kind: fc.constant("rename"), path: place, text: place }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** Makes an edit, unless the tree has no place for it. */
function make({ kind, path, text }: Edit, folder: SpecFolder): void {
  const at = folder.path(path);
  const git = (...args: string[]) => execFileSync("git", ["-C", folder.root, ...args], { stdio: "ignore" });
  const keepingTimes = (from: string, write: () => void) => {
    const { atime, mtime } = lstatSync(from);
    write();
    utimesSync(at, atime, mtime);
  };
  try {
    if (!["remove", "mode", "track", "untrack"].includes(kind)) mkdirSync(dirname(at), { recursive: true });
    if (kind === "write") writeFileSync(at, text);
    if (kind === "write unseen") keepingTimes(at, () => writeFileSync(at, text));
    if (kind === "replace") {
      writeFileSync(folder.path("other"), text);
      keepingTimes(at, () => renameSync(folder.path("other"), at));
    }
    if (kind === "link" || kind === "remove") rmSync(at, { recursive: true, force: true });
    if (kind === "link") symlinkSync(text, at);
    if (kind === "folder") mkdirSync(at, { recursive: true });
    if (kind === "mode") chmodSync(at, lstatSync(at).mode ^ 0o111);
    if (kind === "rename") renameSync(at, folder.path(text));
    if (kind === "track") git("add", "--force", path);
    if (kind === "untrack") git("rm", "--cached", "-r", "--quiet", path);
    if (kind === "repository") git("init", "--quiet", dirname(path));
  } catch {
    // Something else lies there, or nothing.
  }
}

async function outcome(folder: SpecFolder, parameters: ImageSpecParameters, cacheDir = folder.cacheDir) {
  return folder.resolve(parameters, { cacheDir }).then(
    ({ files, warnings, ...rest }) => ({ tag: identify(rest).tag, files, warnings }),
    (error: Error) => ({ error: error.message }),
  );
}

it("gives after any edits what a run without a cache gives", async () => {
  const counts = { known: 0, made: 0 };
  const property = fc.asyncProperty(
    fc.array(place, { minLength: 3, maxLength: 8 }),
    fc.array(fc.record({ edits: fc.array(edit, { maxLength: 3 }), rest: fc.constantFrom(0, 60) }), { maxLength: 6 }),
    fc.constantFrom<"all" | "loaded_modules">("all", "loaded_modules"),
    async (paths, rounds, sourceCopyMode) => {
      using folder = new ListedFolder();
      using empty = new SpecFolder();
      folder.write({ "src/a.py": "a" });
      execFileSync("git", ["init", "--quiet", folder.root]);
      for (const path of paths) make({ kind: "write", path, text: "one" }, folder);
      for (const { edits, rest } of [{ edits: [], rest: 60 }, { edits: [], rest: 0 }, ...rounds]) {
        for (const one of edits) make(one, folder);
        await sleep(rest);
        const parameters = { sourceRoot: "src", sourceCopyMode };
        counts[(await folder.isKnown(parameters)) ? "known" : "made"]++;
        const expected = await outcome(folder, parameters, empty.path(`${counts.known + counts.made}`));
        expect(await outcome(folder, parameters)).toEqual(expected);
      }
    },
  );
  await fc.assert(property, { numRuns: process.env.IMAGESPEC_TEST_FULL === "1" ? 300 : 20 });
  // Both ways were gone.
  expect(Math.min(counts.known, counts.made)).toBeGreaterThan(10);
}, 600_000);
