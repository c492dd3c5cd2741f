import { containerReport } from "@imagespec/testkit";
import { describe, expect, test } from "vitest";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TREE = {
  "src/train.py": "print('train')\n",
  "src/pkg/__init__.py": "",
  "src/pkg/model.py": "SIZE = 1\n",
  "src/pkg/table.csv": "a,b\n",
  "src/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  "src/notes.tmp": "scratch\n",
  "src/keep.tmp": "kept\n",
  "src/secret/key.py": "KEY = 1\n",
  "src/pkg/local/own.py": "OWN = 1\n",
  "src/pkg/.gitignore": "local/\n",
  "src/.gitignore": "*.tmp\n!keep.tmp\n/secret\n",
  "src/.git/config": "[core]\n",
  "src/.venv/bin/python.py": "",
  "src/node_modules/x/index.py": "",
  "src/link.py": { link: "train.py" },
  "copied/train.py": "print('copied')\n",
};

/** Sources and copied files, and the rules that leave some out. */
export function describeFiles({ builds }: BuilderUnderTest): void {
  const list = async (image: string) => Object.keys((await containerReport(builds.docker, image, ["/root"])).files);
  /** What the base has there, which is looked at once. */
  let inBase: Promise<string[]> | undefined;
  async function inRoot(image: string): Promise<string[]> {
    inBase ??= list(builds.spec("bare", {}).baseImage as string);
    const before = new Set(await inBase);
    return (await list(image)).filter((path) => !before.has(path)).sort();
  }

  describe("sourceRoot", () => {
    test("sourceRoot: on its own it means loaded_modules: Python files, by git's rules", async () => {
      await using folder = await temporaryFolder(TREE);
      const { image } = await builds.pulled(builds.spec("modules", { sourceRoot: "src" }, folder.path));
      expect(await inRoot(image)).toEqual([
        "/root/link.py",
        "/root/pkg",
        "/root/pkg/__init__.py",
        "/root/pkg/model.py",
        "/root/train.py",
      ]);
    });

    test("sourceRoot: a link that leads outside stays a link", async () => {
      const links = { absolute: "/etc/hostname", climbing: "../../../shared/x", inside: "train.py" };
      const tree = Object.fromEntries(Object.entries(links).map(([name, link]) => [`src/${name}`, { link }]));
      await using folder = await temporaryFolder({ "src/train.py": "", ...tree });
      const spec = builds.spec("outward", { sourceRoot: "src", sourceCopyMode: "all" }, folder.path);
      const { image } = await builds.pulled(spec);
      const { files } = await containerReport(builds.docker, image, ["/root"]);
      for (const [name, link] of Object.entries(links)) expect(files[`/root/${name}`]?.link, name).toBe(link);
    });

    test("sourceCopyMode: all takes every file the ignore files leave", async () => {
      await using folder = await temporaryFolder(TREE);
      const spec = builds.spec("all", { sourceRoot: "src", sourceCopyMode: "all" }, folder.path);
      const { image } = await builds.pulled(spec);
      expect(await inRoot(image)).toEqual([
        "/root/.gitignore",
        "/root/keep.tmp",
        "/root/link.py",
        "/root/pkg",
        "/root/pkg/.gitignore",
        "/root/pkg/__init__.py",
        "/root/pkg/model.py",
        "/root/pkg/table.csv",
        "/root/run.sh",
        "/root/train.py",
      ]);
    });

    test("sourceCopyMode: none ships nothing; a .dockerignore replaces git's rules", async () => {
      await using folder = await temporaryFolder({ ...TREE, "src/.dockerignore": "**\n!pkg/**\npkg/*.csv\n" });
      const none = builds.spec("none", { sourceRoot: "src", sourceCopyMode: "none", env: { A: "1" } }, folder.path);
      expect(await inRoot((await builds.pulled(none)).image)).toEqual([]);
      const all = builds.spec("dockerignore", { sourceRoot: "src", sourceCopyMode: "all" }, folder.path);
      expect(await inRoot((await builds.pulled(all)).image)).toEqual([
        "/root/pkg",
        "/root/pkg/.gitignore",
        "/root/pkg/__init__.py",
        "/root/pkg/local",
        "/root/pkg/local/own.py",
        "/root/pkg/model.py",
      ]);
    });
  });

  describe("copy", () => {
    test("copy: files and folders keep their path, lie over sourceRoot, and obey no ignore file", async () => {
      await using folder = await temporaryFolder({ ...TREE, "train.py": "print('over')\n", ".gitignore": "*\n" });
      const spec = builds.spec("copy", { sourceRoot: "src", copy: ["copied", "train.py"] }, folder.path);
      const { image } = await builds.pulled(spec);
      const { files } = await containerReport(builds.docker, image, ["/root"]);
      expect(files["/root/train.py"]?.content).toBe("print('over')\n");
      expect(files["/root/copied/train.py"]?.content).toBe("print('copied')\n");
      expect(files["/root/pkg/model.py"]?.content).toBe("SIZE = 1\n");
    });
  });
}
