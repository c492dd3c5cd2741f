import { type BuildOptions, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { expect, it } from "vitest";
import { NoopBuilder } from "./builder.ts";

// Nothing listens there: an engine that asked for presence would not come back with `adopted`.
const env = { DOCKER_HOST: "unix:///nowhere.sock", IMAGESPEC_CACHE_DIR: "/nowhere" };
const build = (parameters: ImageSpecParameters, options: BuildOptions = {}) => {
  const engine = new ImageBuildEngine({ builders: [new NoopBuilder()], discover: false, env });
  return engine.build(new ImageSpec({ builder: "noop", ...parameters }), options);
};

it.each(["ghcr.io/team/app:1", `app@sha256:${"a".repeat(64)}`, "127.0.0.1:1/app"])(
  "returns %s as it is",
  async (baseImage) => {
    const outcome = await build({ baseImage, registry: "127.0.0.1:1", runtimePackages: ["ipdb"] });
    expect(outcome).toMatchObject({ status: "adopted", reference: baseImage, builder: "noop" });
    expect(outcome.digest).toBeUndefined();
  },
);

it.each<[string, ImageSpecParameters]>([
  ["packages", { packages: ["numpy"] }],
  ["env", { env: { A: "1" } }],
  ["commands", { commands: ["true"] }],
  ["aptPackages", { aptPackages: ["git"] }],
  ["entrypoint", { entrypoint: [] }],
  ["pythonVersion", { pythonVersion: "3.12" }],
])("refuses a spec with %s, by its name", async (parameter, parameters) => {
  await expect(build({ baseImage: "app:1", ...parameters })).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: expect.stringContaining(parameter),
    details: { unsupported: [expect.objectContaining({ parameter })] },
  });
});

it.each<[string, ImageSpecParameters]>([
  ["none", {}],
  ["a spec", { baseImage: new ImageSpec({ name: "base" }) }],
])("requires a base image that is a name: %s", async (_, parameters) => {
  await expect(build(parameters)).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: expect.stringContaining("baseImage"),
  });
});

it("has no output to write", async () => {
  await expect(build({ baseImage: "app:1" }, { output: "oci:/tmp/never" })).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
  });
});

it.each<[string, ImageSpecParameters, BuildOptions]>([
  ["the spec", { builderOptions: { network: "host" } }, {}],
  ["the call", {}, { builderOptions: { netwrok: "host" } }],
])("has no options, neither of %s", async (_, parameters, options) => {
  await expect(build({ baseImage: "app:1", ...parameters }, options)).rejects.toMatchObject({ code: "E_OPTIONS" });
});
