import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processMark } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "./cache-folder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cache-folder-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("CacheFolder", () => {
  it("sweeps what is known to be nobody's, and what is a day old and from elsewhere", async () => {
    const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
    await folder.open();
    const [place, pid, start] = processMark().split(".") as [string, string, string];
    const names = {
      own: processMark(),
      gone: `${place}.4194999.${start}`,
      reused: `${place}.${pid}.${Number(start) + 1}`,
      other: `0000000000000000.7.${start}`,
    };
    for (const name of Object.values(names)) await writeFile(folder.path("tmp", `${name}-file`), "");
    await mkdir(folder.path("tmp", `${names.other}-old`));
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(folder.path("tmp", `${names.other}-old`), yesterday, yesterday);
    await folder.open();
    expect((await readdir(folder.path("tmp"))).sort()).toEqual([`${names.other}-file`, `${names.own}-file`].sort());
  });

  it("warns of a scratch folder that cannot be removed, and keeps what the work gave", async () => {
    const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
    await folder.open();
    const warnings: string[] = [];
    let made = "";
    const result = await folder.withScratch(
      (message) => warnings.push(message),
      async (scratch) => {
        made = scratch;
        // A folder in the place of a parent: rm meets ENOTDIR whoever runs the test.
        await rm(join(root, "uv-micromamba", "tmp"), { recursive: true });
        await writeFile(join(root, "uv-micromamba", "tmp"), "");
        return 7;
      },
    );
    expect(result).toBe(7);
    expect(warnings).toEqual([expect.stringContaining(made)]);
  });
});
