import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ImageSpecBuilder } from "../builder/builder.ts";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

class Renaming extends ImageSpecBuilder {
  readonly builderType = "renaming";
  override buildImage = async () => "elsewhere.example/renamed:1";
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "real-name-"));
  vi.stubEnv("DOCKER_HOST", `unix://${folder}/no.sock`);
  vi.stubEnv("IMAGESPEC_CACHE_DIR", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const spec = new ImageSpec({ name: "renamed", platform: "linux/amd64", builder: "renaming" });

it("is what a builder returned, for its engine, and for the spec once the default engine has built it", async () => {
  const computed = await spec.imageName();
  expect(computed).toMatch(/^renamed:/);
  const engine = new ImageBuildEngine({ builders: [new Renaming()], discover: false });
  expect(await engine.build(spec)).toMatchObject({ status: "built", reference: "elsewhere.example/renamed:1" });
  expect(engine.realName(computed)).toBe("elsewhere.example/renamed:1");
  expect(await spec.imageName()).toBe(computed);

  ImageBuildEngine.register("renaming", new Renaming());
  await ImageBuildEngine.build(spec);
  expect(await spec.imageName()).toBe("elsewhere.example/renamed:1");
  expect(await spec.withPackages("six").imageName()).toMatch(/^renamed:/);
});
