import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { FakeBuilder } from "./fixtures/fake-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

/** Builds by name with a builder that has no types, whose members may be anything. */
function build(members: object) {
  const builder = Object.assign(new FakeBuilder("fake"), members);
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: "/nowhere" };
  const engine = new ImageBuildEngine({ builders: [builder], discover: false, env });
  const spec = new ImageSpec({
    name: "app",
    baseImage: "base:1",
    platform: "linux/amd64",
    builder: "fake",
    builderOptions: { a: 1 },
  });
  return engine.build(spec);
}

const throws = (thrown: unknown) => async () => {
  throw thrown;
};

it.each([null, 5, [], {}, { reference: 3 }])("it may not return %j", async (returned) => {
  await expect(build({ buildImage: async () => returned })).rejects.toMatchObject({
    code: "E_BUILD",
    message: 'Builder "fake" failed: it returned neither a reference nor nothing',
  });
});

it.each([
  [Symbol("no"), "Symbol(no)"],
  [null, "null"],
  [Object.create(null), "a value that cannot be printed"],
])("what it throws is told whatever it is: %#", async (thrown, said) => {
  const failed = { code: "E_BUILD", message: `Builder "fake" failed: ${said}` };
  await expect(build({ buildImage: throws(thrown) })).rejects.toMatchObject(failed);
  await expect(build({ shouldBuild: throws(thrown) })).rejects.toMatchObject(failed);
  await expect(build({ probe: throws(thrown) })).rejects.toMatchObject({
    message: `Builder "fake" cannot work here: its probe failed: ${said}`,
  });
  const optionsSchema = { "~standard": { version: 1, vendor: "test", validate: throws(thrown) } };
  await expect(build({ optionsSchema })).rejects.toMatchObject({
    code: "E_BUILDER_LOAD",
    message: `Builder "fake" cannot work here: the schema of its options failed: ${said}`,
  });
});

it.each([undefined, null, "yes", {}, { usable: false }])("its probe may not answer %j", async (answer) => {
  await expect(build({ probe: async () => answer })).rejects.toMatchObject({
    message: expect.stringContaining("its probe failed: it says neither that the builder is usable nor why not"),
  });
});
