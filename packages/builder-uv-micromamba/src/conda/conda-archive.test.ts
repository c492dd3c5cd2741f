import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CondaArchive } from "./conda-archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conda-archive-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.each(["x-1.0-0.tar.bz2", "x-1.0-0.conda"])("%s ends with an error where it cannot be read", async (fn) => {
  const archive = new CondaArchive(join(folder, "gone"), fn);
  await expect(archive.info(["info/index.json"])).rejects.toThrow("ENOENT");
});

it.each(["x-1.0-0.tar.bz2", "x-1.0-0.conda"])("%s that is something else is refused by its name", async (fn) => {
  await writeFile(join(folder, fn), "<html>");
  await expect(new CondaArchive(join(folder, fn), fn).info(["info/index.json"])).rejects.toMatchObject({
    code: "E_RESOLVE",
    message: expect.stringContaining(fn),
  });
});
