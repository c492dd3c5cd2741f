import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkUvVersion, findUv, versionOfImage } from "./find-uv.ts";

const IMAGE = "ghcr.io/astral-sh/uv:0.13.9";
const { signal } = new AbortController();
const access = { signal, records: { get: async () => undefined, set: async () => {} } };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-uv-"));
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
});
afterEach(() => rm(folder, { recursive: true }));

async function uv(version: string, name = "uv"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "uv ${version} (x86_64)"\n`, { mode: 0o755 });
  return path;
}

describe("findUv", () => {
  it("takes the one on PATH if it is the same as the image's", async () => {
    const path = await uv("0.13.9");
    expect(await findUv(undefined, IMAGE, access)).toEqual({ path, version: "0.13.9" });
    expect(await findUv(undefined, `${IMAGE}-bookworm-slim@sha256:${"0".repeat(64)}`, access)).toMatchObject({ path });
  });

  it.each([
    ["another version", "0.13.8", IMAGE],
    ["a newer version", "0.14.0", IMAGE],
    ["any version, where the image's tag states none", "0.13.9", "localhost:5000/tools/uv:latest"],
    ["any version, where the image is named by its digest", "0.13.9", `localhost:5000/uv@sha256:${"0".repeat(64)}`],
  ])("leaves %s on PATH alone, which may know other Pythons", async (_, version, image) => {
    await uv(version);
    expect(await findUv(undefined, image, access)).toBeUndefined();
  });

  it("refuses one that is named and has another version, saying which it should be", async () => {
    const path = await uv("0.12.0", "mine");
    await expect(findUv(path, IMAGE, access)).rejects.toMatchObject({
      code: "E_TOOL_MISSING",
      message: `${path} (option uv) is uv 0.12.0, and the spec's is 0.13.9`,
    });
    await expect(findUv(join(folder, "none"), IMAGE, access)).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
  });
});

it("reads an image's version from its tag alone", () => {
  const versions = ["uv:0.13.9", "uv:0.13.9-alpine", "localhost:5000/uv:1.2.3", "uv:0.13", "uv", "uv:v0.13.9"];
  expect(versions.map(versionOfImage)).toEqual(["0.13.9", "0.13.9", "1.2.3", undefined, undefined, undefined]);
});

it("knows the output of some versions alone", () => {
  expect(() => checkUvVersion("0.9.0", IMAGE)).not.toThrow();
  expect(() => checkUvVersion("0.8.22", "uv:0.8.22")).toThrow(
    "uv:0.8.22 holds uv 0.8.22, which is not in >=0.9.0 <1.0.0",
  );
  expect(() => checkUvVersion("1.0.0", "uv:1.0.0")).toThrow(expect.objectContaining({ code: "E_TOOL_MISSING" }));
});
