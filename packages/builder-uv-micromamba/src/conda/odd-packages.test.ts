import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  makePackage,
  type PackagedFile,
  type PackageSpec,
} from "../../../../tests/support/conda-channel/make-package.ts";
import { CondaArchive } from "./conda-archive.ts";
import { condaFiles } from "./conda-entries.ts";
import { condaLayers } from "./conda-layers.ts";
import type { CondaPackage, RepodataRecord } from "./conda-package.ts";
import { resolveConda } from "./resolve-conda.ts";

const TARGET = { prefix: "/opt/micromamba/envs/runtime", python: undefined };
const PREFIX = TARGET.prefix.slice(1);
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "odd-packages-"));
});
afterEach(() => rm(root, { recursive: true }));

async function made(name: string, files: PackagedFile[], more: Partial<PackageSpec> = {}): Promise<CondaPackage> {
  const [fn, record] = await makePackage(root, "linux-64", { name, version: "1", format: "conda", files, ...more });
  return { record: record as RepodataRecord, fn, subdir: "linux-64", channel: "", url: fn };
}

/** The paths of the layers of these packages, below the prefix. */
async function laidOut(...packages: CondaPackage[]): Promise<string[]> {
  const listed = await Promise.all(
    packages.map(async (pack) => ({
      pack,
      files: await condaFiles(pack, new CondaArchive(join(root, pack.fn), pack.fn), TARGET),
    })),
  );
  const layers = condaLayers(listed, {
    target: TARGET,
    limit: 1,
    fetchPackage: async ({ fn }) => join(root, fn),
    warn: () => {},
  });
  const paths: string[] = [];
  for (const layer of layers)
    for await (const entry of layer.entries(new AbortController().signal)) {
      if (entry.type === "file" && !(entry.content instanceof Uint8Array)) for await (const _ of entry.content());
      if (entry.type !== "directory") paths.push(entry.path.slice(PREFIX.length + 1));
    }
  return paths;
}

const FILE: PackagedFile = { path: "share/a", content: "a" };
const wrong = createHash("sha256").update("other").digest("hex");
const paths = (path: object) => ({ info: { "paths.json": JSON.stringify({ paths: [path] }) } });

describe("a conda package that is odd", () => {
  it.each<[string, Partial<PackageSpec>]>([
    ["an index.json of another name", { info: { "index.json": '{"name":"b","version":"1","build":"0"}' } }],
    ["an index.json of another version", { info: { "index.json": '{"name":"a","version":"2","build":"0"}' } }],
    ["an index.json of another build", { info: { "index.json": '{"name":"a","version":"1","build":"1"}' } }],
    ["an index.json without a name", { info: { "index.json": "{}" } }],
    ["an index.json that is null", { info: { "index.json": "null" } }],
    ["a paths.json that is a list", { info: { "paths.json": "[]" } }],
    ["a paths.json without paths", { info: { "paths.json": "{}" } }],
    ["a paths.json that is cut off", { info: { "paths.json": '{"paths":' } }],
    ["paths that are numbers", { info: { "paths.json": '{"paths":[1]}' } }],
    ["a hash that is a number", paths({ _path: "share/a", sha256: 1 })],
    ["entry points that are not a list", { info: { "link.json": '{"noarch":{"entry_points":"x"}}' } }],
    ["a prefix in a file of no known kind", paths({ _path: "share/a", prefix_placeholder: "/x", file_mode: "Text" })],
    ["a prefix in a file of no kind", paths({ _path: "share/a", prefix_placeholder: "/x" })],
    ["a wrong hash for a path in other words", paths({ _path: "./share//a", path_type: "hardlink", sha256: wrong })],
    ["a wrong hash for a file of an unknown type", paths({ _path: "share/a", path_type: "file", sha256: wrong })],
    ["a wrong size for a file without a type", paths({ _path: "share/a", size_in_bytes: 9 })],
  ])("is refused with %s", async (_, more) => {
    const pack = await made("a", [FILE], more);
    await expect(laidOut(pack)).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringContaining(pack.fn) });
  });

  it("is taken with nulls where nothing is stated, and with hashes of links, which are their targets'", async () => {
    const nulls = { path_type: null, prefix_placeholder: null, file_mode: null, sha256: null, size_in_bytes: null };
    const listed = {
      paths: [
        { _path: "share/a", ...nulls },
        { _path: "share/b", path_type: "softlink", sha256: wrong },
      ],
    };
    const info = { "paths.json": JSON.stringify(listed), "link.json": '{"noarch":null}' };
    const pack = await made("a", [FILE, { path: "share/b", link: "a" }], { info });
    expect(await laidOut(pack)).toEqual(expect.arrayContaining(["share/a", "share/b"]));
  });

  it.each([
    ["leads out", "../../etc/passwd", "E_RESOLVE"],
    ["is absolute", "/etc/passwd", "E_RESOLVE"],
    ["is no file of the package", "share/none", "E_UNSUPPORTED"],
  ])("is refused for a hard link that %s", async (_, hardlink, code) => {
    await expect(laidOut(await made("a", [FILE, { path: "share/h", hardlink }]))).rejects.toMatchObject({ code });
  });

  it("is handed on where another package has the file of a hard link", async () => {
    const linked = await made("a", [FILE, { path: "share/h", hardlink: "share/a" }]);
    expect(await laidOut(linked)).toEqual(expect.arrayContaining(["share/a", "share/h"]));
    const other = await made("b", [{ ...FILE, content: "b" }]);
    await expect(laidOut(linked, other)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });

  it("is handed on where its link is another's folder, whichever of them is the later one", async () => {
    const link: PackagedFile = { path: "lib64", link: "lib" };
    const below: PackagedFile = { path: "lib64/x.so", content: "x" };
    for (const [first, second] of [
      [link, below],
      [below, link],
    ] as const)
      await expect(laidOut(await made("a", [first]), await made("b", [second]))).rejects.toMatchObject({
        code: "E_UNSUPPORTED",
        message: expect.stringContaining("lib64 is a file in"),
      });
  });

  it("is refused with a name that no file system holds", async () => {
    await expect(laidOut(await made("a", [{ path: `share/${"x".repeat(256)}` }]))).rejects.toMatchObject({
      code: "E_RESOLVE",
    });
  });

  it("is refused when it unpacks to far more than it has", async () => {
    const pack = await made("a", [{ path: "share/bomb", content: Buffer.alloc(80 * 1024 * 1024) }]);
    await expect(laidOut(pack)).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(/a-1-0\.conda .* its \d+ bytes unpack to more than 67108864$/),
    });
  });
});

describe("what a solver chose", () => {
  const chosen = (fn: string, record: Partial<RepodataRecord> = {}) =>
    resolveConda(
      {
        prefix: TARGET.prefix,
        packages: ["python"],
        channels: [],
        pythonVersion: undefined,
        architecture: "amd64",
        machine: { libc: { family: "glibc", major: 2, minor: 36 }, env: [] },
      },
      async () => [
        {
          record: { name: "python", version: "3.13.1", build: "0", build_number: 0, ...record },
          fn,
          subdir: "linux-64",
          channel: "",
          url: "",
        },
      ],
      new AbortController().signal,
    );

  it.each(["../../x-1-0.conda", "a/x-1-0.tar.bz2", "x-1-0.zip", ""])("is refused with the file name %j", async (fn) => {
    await expect(chosen(fn)).rejects.toMatchObject({ code: "E_RESOLVE" });
  });

  it("says where Python's packages go, inside the prefix", async () => {
    const free = { python_site_packages_path: "lib/python3.13t/site-packages" };
    expect((await chosen("x.conda", free)).target.python?.sitePackages).toBe(free.python_site_packages_path);
    for (const record of [
      { python_site_packages_path: "../../etc" },
      { python_site_packages_path: "/etc" },
      { version: "2.7.18" },
      { version: "3" },
    ])
      await expect(chosen("x.conda", record)).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});
