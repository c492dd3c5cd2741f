import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import type { BuildEvent } from "../builder/build-event.ts";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { FakeBuilder } from "./fixtures/fake-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "settings-")));
});
afterEach(() => rm(root, { recursive: true }));

class Content extends FakeBuilder {
  override readonly contentOptions = ["extra"];
}

const schema = z.strictObject({ mode: z.enum(["a", "b"]).optional(), size: z.number().optional() });

async function build(config: object, parameters: ImageSpecParameters = {}, call: object = {}) {
  await writeFile(join(root, "imagespec.config.json"), JSON.stringify(config));
  const low = new FakeBuilder("low", { schema });
  const high = new Content("high");
  const engine = new ImageBuildEngine({
    root,
    env: { DOCKER_HOST: `unix://${root}/no.sock`, HOME: root, IMAGESPEC_CACHE_DIR: root },
    builders: [
      { builder: low, priority: 1 },
      { builder: high, priority: 9 },
    ],
  });
  const spec = new ImageSpec({ name: "app", baseImage: "base:1", platform: "linux/amd64", ...parameters });
  const outcome = await engine.build(spec, call);
  return { outcome, options: (outcome.builder === "low" ? low : high).request?.options };
}

it("takes the config's builder for a spec and a call that name none", async () => {
  expect((await build({})).outcome.builder).toBe("high");
  expect((await build({ builder: "low" })).outcome.builder).toBe("low");
  expect((await build({ builder: "low" }, { builder: "high" })).outcome.builder).toBe("high");
  expect((await build({ builder: "high" }, {}, { builder: "low" })).outcome.builder).toBe("low");
});

it("lays the call's options over the spec's, and the spec's over the config's, and leaves the tag alone", async () => {
  const config = { builder: "low", builderOptions: { low: { mode: "a", size: 1 }, other: { mode: 3 } } };
  const plain = await build({ builder: "low" });
  const settled = await build(config);
  expect(settled.options).toEqual({ mode: "a", size: 1 });
  expect(settled.outcome.tag).toBe(plain.outcome.tag);
  const inSpec = { builderOptions: { size: 2 } };
  expect((await build(config, inSpec)).options).toEqual({ mode: "a", size: 2 });
  expect((await build(config, inSpec, { builderOptions: { size: 3 } })).options).toEqual({ mode: "a", size: 3 });
});

it("refuses an option that changes the image, and says where it belongs", async () => {
  await expect(build({ builderOptions: { high: { extra: 1 } } })).rejects.toMatchObject({
    code: "E_OPTIONS",
    message: expect.stringMatching(
      /imagespec\.config\.json: builderOptions\.high\.extra changes what is in the image$/,
    ),
    hint: expect.stringMatching(/^Put it into the spec.*builderOptions: \{ extra/),
  });
  expect((await build({}, { builderOptions: { extra: 1 } })).options).toEqual({ extra: 1 });
});

it.each([{ mode: "c" }, { sise: 1 }])(
  "ends with the config's own fault for %j, instead of trying another builder",
  async (low) => {
    await expect(build({ builder: "low", builderOptions: { low } })).rejects.toMatchObject({
      code: "E_OPTIONS",
      message: expect.stringMatching(/imagespec\.config\.json: builder "low": builderOptions/),
    });
  },
);

it("warns of options for a type that no builder has, and names the one that is meant", async () => {
  const warned = async (builderOptions: object) => {
    const messages: string[] = [];
    const onEvent = (event: BuildEvent) => event.type === "warning" && messages.push(event.message);
    await build({ builder: "low", builderOptions }, {}, { onEvent });
    return messages;
  };
  expect(await warned({ low: {}, high: {}, "docker-buildx": { network: "host" } })).toEqual([]);
  expect(await warned({ "docker-buidx": { network: "host" } })).toEqual([
    expect.stringMatching(/imagespec\.config\.json: builderOptions\.docker-buidx has no effect.*'docker-buildx'/),
  ]);
  expect(await warned({ else: {} })).toEqual([expect.stringContaining("leave it out")]);
});
