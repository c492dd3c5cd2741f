import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { onPath } from "./on-path.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "on-path-"));
  for (const folder of ["folder/tool", "text", "broken", "real"]) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, "text/tool"), "", { mode: 0o644 });
  await symlink(join(root, "none"), join(root, "broken/tool"));
  await writeFile(join(root, "real/tool"), "");
  await chmod(join(root, "real/tool"), 0o755);
});
afterEach(() => rm(root, { recursive: true }));

const found = (...folders: string[]) => onPath("tool", { PATH: folders.join(":") });
const real = () => join(root, "real");

it.each(["folder", "text", "broken", "none"])("takes no program for what is in %s", (folder) => {
  expect(found(join(root, folder))).toBeUndefined();
  expect(found("", join(root, folder), real())).toBe(join(root, "real/tool"));
});

it("knows a program by its absolute path, so that it can be run from any folder", () => {
  expect(found(relative(process.cwd(), real()))).toBe(join(root, "real/tool"));
});
