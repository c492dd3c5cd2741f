import { execFileSync } from "node:child_process";
import { chownSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectRoots } from "./project-roots.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "roots-")));
});
afterEach(() => rm(root, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const PROJECT = "apps/one/package.json";

it.each(["package.json", "pnpm-workspace.yaml"])(
  "is found beside a pipe called %s, which is never opened",
  async (name) => {
    execFileSync("mkfifo", [join(root, name)]);
    await write({ [PROJECT]: "{}" });
    expect(await projectRoots(dirname(join(root, PROJECT)))).not.toContain(root);
  },
);

describe("the root of a workspace", () => {
  it.each([
    [
      "pnpm's in lines",
      { "pnpm-workspace.yaml": "packages:\n  # all\n  - 'apps/*' # here\n\ncatalog:\n  a: 1\n" },
      true,
    ],
    ["pnpm's without indentation", { "pnpm-workspace.yaml": 'packages:\n- "**"\n' }, true],
    ["pnpm's in brackets", { "pnpm-workspace.yaml": "packages: ['libs/*', \"apps/one\"]\n" }, true],
    ["npm's", { "package.json": '{ "workspaces": ["./apps/*/"] }' }, true],
    ["yarn's", { "package.json": '{ "workspaces": { "packages": ["apps/**"] } }' }, true],
    ["one that lists others", { "pnpm-workspace.yaml": "packages:\n  - libs/*\n" }, false],
    ["one that lists deeper ones", { "package.json": '{ "workspaces": ["apps/*/*"] }' }, false],
    ["one that takes it back", { "package.json": '{ "workspaces": ["apps/*", "!apps/one"] }' }, false],
    ["one that lists none", { "pnpm-workspace.yaml": "catalog:\n  - apps/*\n" }, false],
    ["one that is broken", { "package.json": '{ "workspaces": ' }, false],
  ])("counts as %s: %#", async (_, files, counts) => {
    await write({ [PROJECT]: "{}", ...files } as Record<string, string>);
    const project = join(root, "apps/one");
    expect(await projectRoots(project)).toEqual(counts ? [project, root] : [project]);
  });

  // Only root may give files away.
  it.runIf(process.getuid?.() === 0)("does not count when it is somebody else's", async () => {
    await write({ [PROJECT]: "{}", "pnpm-workspace.yaml": "packages: ['**']\n" });
    const project = join(root, "apps/one");
    chownSync(join(root, "pnpm-workspace.yaml"), 4242, 4242);
    expect(await projectRoots(project)).toEqual([project]);
    for (const path of [project, join(root, PROJECT)]) chownSync(path, 4242, 4242);
    expect(await projectRoots(project)).toEqual([project, root]);
    chownSync(join(root, "pnpm-workspace.yaml"), 0, 0);
    expect(await projectRoots(project)).toEqual([project]);
    await write({ "other/x": "", "package.json": "{}" });
    chownSync(join(root, "package.json"), 4242, 4242);
    expect(await projectRoots(join(root, "other"))).toEqual([]);
    chownSync(join(root, "other"), 4242, 4242);
    expect(await projectRoots(join(root, "other"))).toEqual([root]);
  });
});
