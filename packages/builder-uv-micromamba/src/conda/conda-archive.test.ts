import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePackage } from "../../../../tests/support/conda-channel/make-package.ts";
import { openFiles, TELLS_OPEN_FILES } from "../../../../tests/support/open-files.ts";
import { CondaArchive } from "./conda-archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conda-archive-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.each(["x-1.0-0.tar.bz2", "x-1.0-0.conda"])("%s ends with an error where it cannot be read", async (fn) => {
  const archive = new CondaArchive(join(folder, "gone"), fn);
  await expect(archive.info()).rejects.toThrow("ENOENT");
});

it.each(["x-1.0-0.tar.bz2", "x-1.0-0.conda"])("%s that is something else is refused by its name", async (fn) => {
  await writeFile(join(folder, fn), "<html>");
  await expect(new CondaArchive(join(folder, fn), fn).info()).rejects.toMatchObject({
    code: "E_RESOLVE",
    message: expect.stringContaining(fn),
  });
});

it("reads bzip2 of several streams, whose blocks come at once, and says where it is cut off", async () => {
  const spec = { name: "x", version: "1.0", format: "tar.bz2" } as const;
  const files = ["lib/a", "lib/b"].map((path) => ({ path, content: randomBytes(150_000) }));
  const [fn] = await makePackage(folder, "noarch", { ...spec, files });
  const whole = await readFile(join(folder, fn));
  const paths = async (bytes: Uint8Array) => {
    await writeFile(join(folder, fn), bytes);
    return (await Array.fromAsync(new CondaArchive(join(folder, fn), fn).payload())).map(({ path }) => path);
  };
  expect(await paths(whole)).toEqual(["lib/a", "lib/b"]);
  expect(await paths(Buffer.concat([whole, whole]))).toEqual(["lib/a", "lib/b", "lib/a", "lib/b"]);
  await expect(paths(whole.subarray(0, -3))).rejects.toMatchObject({
    code: "E_RESOLVE",
    message: expect.stringContaining("cut off"),
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
  it.runIf(TELLS_OPEN_FILES)("lets go of its file where it is read no further", async () => {
    const files = ["a", "b"].map((path) => ({ path, content: randomBytes(300_000) }));
    const [fn] = await makePackage(folder, "noarch", { name: "x", version: "1.0", format, files });
    const archive = new CondaArchive(join(folder, fn), fn);
    for await (const _ of archive.payload()) break;
    await expect.poll(() => openFiles(folder)).toEqual([]);
    expect([...(await archive.info()).keys()]).toContain("info/index.json");
    await expect.poll(() => openFiles(folder)).toEqual([]);
  });

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
