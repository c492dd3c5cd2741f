import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { runTool } from "@imagespec/core/builder";
import { OciLayout } from "@imagespec/registry";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureBuildkitd } from "../../scripts/services/buildkitd.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type BuiltImage, readBuiltImageFrom } from "./built-image.ts";
import { compareImages, differenceText } from "./compare-images.ts";
import { allowedBy } from "./differences.ts";
import { type ComparedBuilder, startSetting } from "./setting.ts";

const setting = await startSetting();
const { services, index } = setting.places;
const bothPlatforms = await ensureArm64();
const { address } = await ensureBuildkitd();
// docker's own daemon builds for one platform; several need a BuildKit of their own.
const buildx = `imagespec-agreement-${process.pid}`;
const isFull = process.env.IMAGESPEC_TEST_FULL === "1";
// kaniko builds for the other platform under emulation, beside whatever else a whole run has going.
if (isFull) vi.setConfig({ testTimeout: 1_800_000 });
const folder = await temporaryFolder();
const count = { images: 0, files: 0 };

beforeAll(async () => {
  for (const [name, value] of Object.entries(setting.env)) vi.stubEnv(name, value);
  await runTool("docker", ["buildx", "create", "--name", buildx, "--driver", "remote", address]);
});
afterAll(async () => {
  await runTool("docker", ["buildx", "rm", buildx], { allowFailure: true });
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
  await setting[Symbol.asyncDispose]();
  console.log(`outputs: ${count.images} images, ${count.files} files compared`);
});

/** All builders; kaniko, which takes longest, in the full run alone. */
const compared = setting.builders.filter(({ type }) => isFull || type !== "kaniko");

test("two platforms, in an OCI layout: each platform's image is the same from every builder", async () => {
  const platforms = ["linux/amd64", "linux/arm64"];
  const parameters = {
    baseImage: bothPlatforms,
    platform: platforms.join(","),
    packages: ["plain-one", "data-files"],
    pipIndex: index.url,
    env: { A: "1" },
  };
  const layouts = await Promise.all(
    compared.map((builder) => {
      const options = builder.type === "docker-buildx" ? { builder: buildx } : builder.options;
      return builtLayout("two-platforms", parameters, { ...builder, options });
    }),
  );
  for (const platform of platforms) {
    const images = new Map<string, BuiltImage>();
    for (const { type, layout, digest } of layouts)
      images.set(type, await readBuiltImageFrom(layout, { digest, platform }));
    expect(faults(images)).toEqual([]);
    for (const [type, { config }] of images)
      expect([type, config.get("architecture")]).toEqual([type, JSON.stringify(platform.slice("linux/".length))]);
  }
});

test("one platform, in an OCI layout that another image is in: the same from every builder", async () => {
  const parameters = { baseImage: services.images.python, packages: ["plain-one"], pipIndex: index.url };
  const images = new Map<string, BuiltImage>();
  for (const builder of compared) {
    await builtLayout("before", { baseImage: services.images.python, env: { A: "1" } }, builder);
    const { type, layout, digest } = await builtLayout("before", parameters, builder);
    images.set(type, await readBuiltImageFrom(layout, { digest, platform: services.platform }));
  }
  expect(faults(images)).toEqual([]);
});

/** Builds into a layout that belongs to the builder, and says which image the spec's tag names there. */
async function builtLayout(name: string, parameters: ImageSpecParameters, { type, make, options }: ComparedBuilder) {
  const engine = new ImageBuildEngine({ builders: [make()], discover: false });
  const path = join(folder.path, `${name}-${type}`);
  const spec = new ImageSpec({ name, platform: services.platform, builder: type, ...parameters });
  const { tag } = await engine.build(spec, { output: `oci:${path}`, push: false, builderOptions: options });
  const { manifests } = JSON.parse(await readFile(join(path, "index.json"), "utf8")) as {
    manifests: { digest: string; annotations?: Record<string, string> }[];
  };
  const named = manifests.filter(({ annotations }) => annotations?.["org.opencontainers.image.ref.name"] === tag);
  expect([type, named.length]).toEqual([type, 1]);
  return { type, layout: new OciLayout(path), digest: named[0]?.digest ?? "" };
}

function faults(images: ReadonlyMap<string, BuiltImage>): string[] {
  count.images += images.size;
  for (const { inventory } of images.values()) count.files += inventory.size;
  return compareImages(images)
    .filter((difference) => allowedBy(difference) === undefined)
    .map(differenceText);
}
