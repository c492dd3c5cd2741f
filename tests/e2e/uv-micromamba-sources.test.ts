import { access } from "node:fs/promises";
import { join } from "node:path";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { startPackageIndex } from "@imagespec/testkit";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();

/**
 * What comes of a spec with these packages, of which `sourced` 2.0 is a source distribution that leaves a file when it
 * runs.
 */
async function build(packages: string[]) {
  const folder = await temporaryFolder();
  const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: join(folder.path, "cache") };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const ran = join(folder.path, "ran");
  const index = await startPackageIndex({
    packages: [
      { name: "sourced", version: "1.0" },
      { name: "sourced", version: "2.0", source: `open(${JSON.stringify(ran)}, "w").close()` },
      { name: "needs-sourced", version: "1.0", requires: ["sourced"] },
      { name: "needs-old", version: "1.0", requires: ["sourced<2"] },
    ],
  });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await index.close();
    await folder[Symbol.asyncDispose]();
  });
  const name = "sources";
  const spec = new ImageSpec({
    name,
    baseImage: services.images.python,
    packages,
    pipIndex: index.url,
    bytecode: false,
  });
  const engine = new ImageBuildEngine({ builders: [new UvMicromambaBuilder()], discover: false });
  const output = `oci:${join(folder.path, "layout")}`;
  const outcome = await engine
    .build(spec, { output, push: false, builder: "uv-micromamba" })
    .catch((error: unknown) => error);
  const hasRun = await access(ran).then(
    () => true,
    () => false,
  );
  return { outcome, hasRun };
}

describe("a version without a wheel", () => {
  test.each([
    ["asked for", ["sourced"]],
    ["pinned", ["sourced==2.0"]],
    ["needed by another", ["needs-sourced"]],
  ])("%s is handed on by name, and none of its code runs", async (_, packages) => {
    const { outcome, hasRun } = await build(packages);
    expect(outcome).toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("sourced 2.0 has no wheel for this platform"),
    });
    expect(hasRun).toBe(false);
  });

  test.each([
    ["by the one who asks", ["sourced<2"]],
    ["by another package", ["needs-old"]],
  ])("%s excluded gives the version that every builder takes", async (_, packages) => {
    expect((await build(packages)).outcome).toMatchObject({ status: "built" });
  });
});
