import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileChanges } from "./file-changes.ts";

let folder: string;
let changes: FileChanges;
const { signal } = new AbortController();
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "changes-")));
  await mkdir(join(folder, "src/node_modules"), { recursive: true });
  await writeFile(join(folder, "src/main.py"), "1");
  await writeFile(join(folder, "spec.yaml"), "1");
  await writeFile(join(folder, "other.txt"), "1");
  changes = new FileChanges();
  await changes.watch([join(folder, "spec.yaml"), join(folder, "src")]);
});
afterEach(async () => {
  await changes.close();
  await rm(folder, { recursive: true });
});

it("tells of files that are written in place or put in place of the old, again and again", async () => {
  for (const file of ["spec.yaml", "src/main.py"].flatMap((one) => [one, one])) {
    const path = join(folder, file);
    await writeFile(path, `${Math.random()}`);
    expect(await changes.next(signal)).toBe(path);
    await writeFile(`${folder}/saved`, `${Math.random()}`);
    await rename(`${folder}/saved`, path);
    expect(await changes.next(signal)).toBe(path);
  }
});

it("tells of new files in new folders, and not of what is never shipped or not watched", async () => {
  await writeFile(join(folder, "src/node_modules/x.js"), "1");
  await writeFile(join(folder, "other.txt"), "2");
  await mkdir(join(folder, "src/pkg"));
  expect(await changes.next(signal)).toBe(join(folder, "src/pkg"));
  await writeFile(join(folder, "src/pkg/new.py"), "1");
  expect(await changes.next(signal)).toBe(join(folder, "src/pkg/new.py"));
});

it("watches what it is told next, and nothing else any more", async () => {
  await changes.watch([join(folder, "other.txt")]);
  await writeFile(join(folder, "spec.yaml"), "2");
  await writeFile(join(folder, "other.txt"), "2");
  expect(await changes.next(signal)).toBe(join(folder, "other.txt"));
});

it("stops waiting when it is told to", async () => {
  await expect(changes.next(AbortSignal.abort(new Error("enough")))).rejects.toThrow();
});
