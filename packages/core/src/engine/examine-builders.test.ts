import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { FakeBuilder } from "./fixtures/fake-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

let root: string;
let engine: ImageBuildEngine;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "examine-"));
  await mkdir(join(root, "src"));
  await writeFile(join(root, "src", "main.py"), "print()");
  engine = new ImageBuildEngine({
    builders: [new FakeBuilder("told")],
    discover: false,
    cacheDir: join(root, "cache"),
  });
});
afterEach(() => rm(root, { recursive: true }));
const spec = () => new ImageSpec({ sourceRoot: "src" }, { root });

it("keeps the hashes of files in the engine's own cache folder", async () => {
  expect(await engine.examine(spec())).toMatchObject([{ type: "told", status: "usable" }]);
  expect(await readdir(join(root, "cache"))).not.toEqual([]);
});

it("ends when it is cancelled", async () => {
  await expect(engine.examine(spec(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "E_ABORTED" });
});
