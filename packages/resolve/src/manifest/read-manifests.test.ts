import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readManifests } from "./read-manifests.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-manifests-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, text = "a: 1\n"): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

it("reads a folder with all below it, by path", async () => {
  for (const path of ["b.yaml", "a/z.yml", "a/b/c.json", "c.JSON", "notes.md", "Chart.yaml.tmpl"]) await write(path);
  for (const path of [".git/x.yaml", "node_modules/x.yaml", "imagespec.yaml", "a/imagespec.config.json"])
    await write(path);
  await symlink("../b.yaml", join(folder, "a/link.yaml"));
  await symlink("..", join(folder, "a/up.yaml"));
  const manifests = await readManifests({ paths: [folder] });
  expect(manifests.map(({ name }) => relative(folder, name))).toEqual([
    "a/b/c.json",
    "a/link.yaml",
    "a/z.yml",
    "b.yaml",
  ]);
  expect(manifests.map((one) => relative(folder, one.folder))).toEqual(["a/b", "a", "a", ""]);
});

it("reads a file whatever it is called, in the order it is named", async () => {
  await write("one.txt", "1");
  await write("imagespec.yaml", "2");
  const manifests = await readManifests({ paths: [join(folder, "one.txt"), join(folder, "imagespec.yaml")] });
  expect(manifests.map(({ text }) => text)).toEqual(["1", "2"]);
});

it("refuses what is not there, and folders without a manifest", async () => {
  await expect(readManifests({ paths: [join(folder, "no.yaml")] })).rejects.toMatchObject({
    code: "E_INPUT_FILE",
    message: expect.stringContaining(join(folder, "no.yaml")),
  });
  await expect(readManifests({ paths: [folder] })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
});
