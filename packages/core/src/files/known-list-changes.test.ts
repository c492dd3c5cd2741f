import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ListedFolder, untilOld } from "./fixtures/listed-folder.ts";

let folder: ListedFolder;
beforeEach(() => {
  folder = new ListedFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

const at = (path: string) => folder.path(path);

describe("a list that is known", () => {
  it.each<[string, () => void, "another tag" | "the same tag"]>([
    ["a file's content", () => writeFileSync(at("src/main.py"), "longer"), "another tag"],
    ["a file's content, to one of its size and time", () => folder.rewrite("src/main.py", "Main"), "another tag"],
    ["a file for another of its size and time", () => folder.replace("src/main.py", "Main"), "another tag"],
    ["two files of one size for each other", swapped, "another tag"],
    ["a file's mode", () => chmodSync(at("src/main.py"), 0o755), "another tag"],
    ["a file's mode back", () => chmodSync(at("src/run"), 0o644), "another tag"],
    ["a file's time", () => utimesSync(at("src/main.py"), 1e9, 1e9), "the same tag"],
    ["a file's name", () => renameSync(at("src/pkg/a.py"), at("src/pkg/z.py")), "another tag"],
    ["a folder's name", () => renameSync(at("src/pkg"), at("src/pack")), "another tag"],
    ["a file to another folder", () => renameSync(at("src/pkg/b.py"), at("src/b.py")), "another tag"],
    ["a file to none", () => unlinkSync(at("src/pkg/a.py")), "another tag"],
    ["one file to two", () => cpSync(at("src/pkg/a.py"), at("src/pkg/d.py")), "another tag"],
    ["one file to two names of one file", () => linkSync(at("src/pkg/a.py"), at("src/pkg/d.py")), "another tag"],
    ["a file into a folder", () => [unlinkSync(at("src/run")), folder.write({ "src/run/a": "" })], "another tag"],
    ["a file into a link", () => [unlinkSync(at("src/run")), symlinkSync("main.py", at("src/run"))], "another tag"],
    ["a link's target", () => [unlinkSync(at("src/link")), symlinkSync("pkg/b.py", at("src/link"))], "another tag"],
    ["a link into a file", () => [unlinkSync(at("src/link")), folder.write({ "src/link": "aaa" })], "another tag"],
    ["a folder to one more, an empty one", () => mkdirSync(at("src/pkg/more")), "the same tag"],
    [
      "a folder into a link to it",
      () => [renameSync(at("src/pkg"), at("src/pack")), symlinkSync("pack", at("src/pkg"))],
      "another tag",
    ],
    ["what is left out", () => folder.write({ "src/pkg/c.log": "other" }), "the same tag"],
    [
      "what is left out to something else",
      () => [unlinkSync(at("src/pkg/c.log")), mkdirSync(at("src/pkg/c.log"))],
      "the same tag",
    ],
    [
      "a folder that is left out into a file",
      () => [rmSync(at("src/build"), { recursive: true }), folder.write({ "src/build": "" })],
      "another tag",
    ],
    ["what lies in a folder that is left out", () => folder.write({ "src/build/more": "" }), "the same tag"],
    ["a rule", () => folder.write({ "src/.gitignore": "*.log\nbuild/\nb.py\n" }), "another tag"],
    ["a rule to one of its size and time", () => folder.rewrite("src/.gitignore", "*.lag\nbuild/\n"), "another tag"],
    ["rules to none", () => unlinkSync(at("src/.gitignore")), "another tag"],
    ["rules above the tree", () => folder.write({ ".gitignore": "b.py\n" }), "another tag"],
    ["rules below it", () => folder.write({ "src/pkg/.gitignore": "b.py\n" }), "another tag"],
    ["the repository's own rules", () => folder.rewrite(".git/info/exclude", "b.py\n"), "another tag"],
    ["the repository's own rules to none", () => rmSync(at(".git/info/exclude")), "another tag"],
    ["what git tracks", () => folder.git("add", "--force", "src/pkg/c.log"), "another tag"],
    ["a work tree into a folder", () => rmSync(at(".git"), { recursive: true }), "another tag"],
    ["a work tree into one without a repository", () => rmSync(at(".git/HEAD")), "another tag"],
    ["a folder into a work tree", () => folder.git("init", "--quiet", "src/pkg"), "another tag"],
    ["git's rules for docker's", () => folder.write({ "src/.dockerignore": "pkg\n" }), "another tag"],
    ["git's rules for none of docker's", () => folder.write({ "src/.dockerignore": "" }), "another tag"],
  ])("is what a list made anew would be after a change of %s", async (_, change, what) => {
    const before = await folder.makeKnown();
    change();
    const after = await folder.resolved();
    const expected = await folder.withoutCache();
    expect(after).toEqual({ ...expected, isKnown: after.isKnown });
    expect(after.tag === before.tag ? "the same tag" : "another tag").toBe(what);
    await untilOld();
    await folder.resolved();
    expect(await folder.resolved()).toEqual({ ...expected, isKnown: true });
  });

  function swapped(): void {
    utimesSync(at("src/pkg/a.py"), 1e9, 1e9);
    utimesSync(at("src/pkg/b.py"), 1e9, 1e9);
    renameSync(at("src/pkg/a.py"), at("other"));
    renameSync(at("src/pkg/b.py"), at("src/pkg/a.py"));
    renameSync(at("other"), at("src/pkg/b.py"));
  }
});
