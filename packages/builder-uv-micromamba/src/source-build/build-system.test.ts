import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readBuildSystem } from "./build-system.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-system-"));
});
afterEach(() => rm(folder, { recursive: true }));

const LEGACY = { requires: ["setuptools >= 40.8.0"], backend: "setuptools.build_meta:__legacy__", paths: [] };
async function read(text: string) {
  await writeFile(join(folder, "pyproject.toml"), text);
  return readBuildSystem(folder, "demo 1.0");
}

describe("readBuildSystem", () => {
  it("reads what builds a project", async () => {
    const text = '[build-system]\nrequires = ["hatchling>=1"]\nbuild-backend = "own:one.two"\nbackend-path = ["."]\n';
    expect(await read(text)).toEqual({ requires: ["hatchling>=1"], backend: "own:one.two", paths: ["."] });
  });

  it("takes setuptools where nothing is said, and for what is left out", async () => {
    expect(await readBuildSystem(folder, "demo")).toEqual(LEGACY);
    expect(await read("[tool.black]\nline-length = 88\n")).toEqual(LEGACY);
    expect(await read('[build-system]\nrequires = ["wheel"]\n')).toEqual({ ...LEGACY, requires: ["wheel"] });
  });

  it("refuses what cannot be read, and a link to another file", async () => {
    const refused = { code: "E_UNSUPPORTED", message: "demo 1.0 has a pyproject.toml that cannot be read" };
    await expect(read("[build-system\n")).rejects.toMatchObject(refused);
    await rm(join(folder, "pyproject.toml"));
    await symlink("/etc/hostname", join(folder, "pyproject.toml"));
    await expect(readBuildSystem(folder, "demo 1.0")).rejects.toMatchObject(refused);
  });
});
