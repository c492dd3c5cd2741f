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

it("hides the password of an address that a probe names", async () => {
  for (const usable of [true, false]) {
    const builder = new FakeBuilder("told");
    const said = "it answers at tcp://user:CANARY@host";
    builder.probe = async () => (usable ? { usable, detail: said } : { usable, reason: said, hint: "" });
    const engine = new ImageBuildEngine({ builders: [builder], discover: false, cacheDir: join(root, "cache") });
    expect(await engine.examine(spec())).toMatchObject([{ reason: "it answers at tcp://***@host" }]);
  }
});
