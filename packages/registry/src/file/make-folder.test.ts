import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "make-folder-"));
});
afterEach(() => rm(root, { recursive: true }));

it("makes what is missing, all with the mode, and says from where on", async () => {
  const umask = process.umask(0o022);
  try {
    expect(await makeFolder(join(root, "a/b/c"), 0o770)).toBe(join(root, "a"));
    for (const path of ["a", "a/b", "a/b/c"]) expect((await stat(join(root, path))).mode & 0o777).toBe(0o750);
    expect(await makeFolder(join(root, "a/b/c"))).toBeUndefined();
    expect(await makeFolder(`${root}/a/./d/`)).toBeDefined();
    expect((await readdir(join(root, "a"))).sort()).toEqual(["b", "d"]);
  } finally {
    process.umask(umask);
  }
});

it("takes a link to a folder, and refuses a file, a link to nothing and what lies below them", async () => {
  await mkdir(join(root, "folder"));
  await writeFile(join(root, "file"), "");
  await symlink("folder", join(root, "link"));
  await symlink("nothing", join(root, "dangling"));
  await symlink("loop", join(root, "loop"));
  expect(await makeFolder(join(root, "link"))).toBeUndefined();
  expect(await makeFolder(join(root, "link/x/y"))).toBe(join(root, "link/x"));
  for (const path of ["file", "file/x", "file/x/y", "dangling", "dangling/x", "loop", "loop/x"])
    await expect(makeFolder(join(root, path)), path).rejects.toThrow(/E(EXIST|NOTDIR|NOENT|LOOP)/);
});

it("lets several make the same folder at once", async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => makeFolder(join(root, "a/b/c/d"))));
  expect(made.every((one) => one === undefined || one.startsWith(join(root, "a")))).toBe(true);
  expect((await stat(join(root, "a/b/c/d"))).isDirectory()).toBe(true);
});

it.runIf(process.platform === "linux")("ends where a folder that is there holds none", async () => {
  for (const path of ["/proc/imagespec", "/proc/imagespec/x/y", "/sys/imagespec/x", "/dev/null/x", "/proc/self/fd/x/y"])
    await expect(makeFolder(path), path).rejects.toThrow(/E(NOENT|PERM|ACCES|NOTDIR|ROFS)/);
});
