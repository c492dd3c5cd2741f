import { expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { FakeBuilder } from "./fixtures/fake-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

it.each([null, 5, [], {}, { reference: 3 }])("a builder without types may not return %j", async (returned) => {
  const builder = new FakeBuilder("fake");
  builder.buildImage = async () => returned as never;
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: "/nowhere" };
  const engine = new ImageBuildEngine({ builders: [builder], discover: false, env });
  const spec = new ImageSpec({ name: "app", baseImage: "base:1", platform: "linux/amd64" });
  await expect(engine.build(spec)).rejects.toMatchObject({
    code: "E_BUILD",
    message: 'Builder "fake" failed: it returned neither a reference nor nothing',
  });
});
