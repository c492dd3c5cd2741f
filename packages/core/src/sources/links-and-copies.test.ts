import { symlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe("links in sourceRoot", () => {
  it("to a folder of modules come along with the modules", async () => {
    folder.write({ "src/app/sub/a.py": "", "src/data/x.csv": "", "src/b.py": "", "shared/c.py": "" });
    symlinkSync("app", folder.path("src/alias"));
    symlinkSync("alias/sub", folder.path("src/deep"));
    symlinkSync("data", folder.path("src/csv"));
    symlinkSync("b.py", folder.path("src/c.py"));
    symlinkSync("../shared", folder.path("src/shared"));
    symlinkSync("nowhere", folder.path("src/gone"));
    const { files, warnings } = await folder.resolve({ sourceRoot: "src" });
    expect(files.filter(({ type }) => type === "symlink").map(({ path }) => path)).toEqual([
      "source/alias",
      "source/c.py",
      "source/deep",
    ]);
    expect(warnings).toEqual([expect.stringContaining("'shared' in sourceRoot leads out")]);
  });

  it("are told when nothing is left to copy", async () => {
    folder.write({ "src/a.txt": "" });
    expect((await folder.resolve({ sourceRoot: "src" })).warnings).toEqual([expect.stringContaining("no .py file")]);
    expect((await folder.resolve({ sourceRoot: "src", sourceCopyMode: "all" })).warnings).toEqual([]);
  });
});

describe("sources and copies that meet", () => {
  it.each([
    ["a file and a folder", { "src/data": "", "data/x": "" }, undefined, ["data"]],
    ["a folder and a file", { "src/data/x": "", data: "" }, undefined, ["data"]],
    ["a link and a folder", { "src/x": "", "data/x": "" }, "data", ["data"]],
  ])("are a fault as %s", async (_, files, link, copy) => {
    folder.write(files as unknown as Record<string, string>);
    if (link !== undefined) symlinkSync("x", folder.path("src", link));
    expect(await folder.faults({ sourceRoot: "src", sourceCopyMode: "all", copy })).toEqual([
      ["copy", "collision", expect.stringContaining("'data'")],
    ]);
  });

  it("merge as folders, the copied file last", async () => {
    folder.write({ "src/data/x": "1", "src/data/y": "", "data/x": "2", "data/z": "" });
    expect(await folder.shipped({ sourceRoot: "src", sourceCopyMode: "all", copy: ["data"] })).toEqual([
      "copy/data/x",
      "copy/data/z",
      "source/data/x",
      "source/data/y",
    ]);
  });
});
