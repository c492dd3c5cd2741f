import { join } from "node:path";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import { describeBuilder } from "@imagespec/testkit";
import { ensurePackages } from "../../scripts/services/apt.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { sample } from "../support/sample.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/buildah-builder/src/builder.js");
const { default: buildah } = (await import(EXAMPLE)) as { default: ImageSpecBuilder };
const [services] = await Promise.all([ensureServices(), ensurePackages({ buildah: "buildah" })]);
const { registry, dockerHost, platform, images } = services;

describeBuilder("somebody else's buildah", () => buildah, {
  services: { registry, dockerHost, platform, images },
  env: serviceEnvironment(services),
  loopback: true,
  refuses: ["output", "platform"],
  // Each build copies the base once a stage: a few cases are taken by chance, all of them under IMAGESPEC_TEST_FULL=1.
  select: (cases) => sample(cases, 8, Math.floor(Date.now() / 86_400_000)),
});
