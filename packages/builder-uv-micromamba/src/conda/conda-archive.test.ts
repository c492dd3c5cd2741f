import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePackage } from "../../../../tests/support/conda-channel/make-package.ts";
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

async function payloadOf(format: "conda" | "tar.bz2", path: string): Promise<string[]> {
  const spec = { name: "x", version: "1.0", format, files: [{ path: "lib/a" }, { path }] };
  const [fn] = await makePackage(folder, "noarch", spec);
  const paths: string[] = [];
  for await (const member of new CondaArchive(join(folder, fn), fn).payload()) paths.push(member.path);
  return paths;
}

describe.each(["tar.bz2", "conda"] as const)("a package in the format %s", (format) => {
  it.each([
    ["lib/.wh.a", /a name that deletes files in an image/],
    [".wh..wh..opq", /a name that deletes files in an image/],
    ["lib/../../a", /leads out of its prefix/],
    ["/etc/a", /leads out of its prefix/],
  ])("is refused with the path %s", async (path, message) => {
    const refused = { code: "E_RESOLVE", message: expect.stringMatching(message) };
    await expect(payloadOf(format, path)).rejects.toMatchObject(refused);
  });

  it("gives the paths of what it installs, and of nothing that describes it", async () => {
    expect(await payloadOf(format, "./lib/b.wh.c")).toEqual(["lib/a", "lib/b.wh.c"]);
  });
});
