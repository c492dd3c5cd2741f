import { join } from "node:path";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import { describeBuilder } from "@imagespec/testkit";
import { ensurePackages } from "../../scripts/services/apt.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";

const FEW: ReadonlySet<string> = new Set([
  "type",
  "outcome",
  "user",
  "files",
  "env",
  "path",
  "packages",
  "labels",
  "failures",
]);
const EXAMPLE = join(import.meta.dirname, "../../examples/buildah-builder/src/builder.js");
const { default: buildah } = (await import(EXAMPLE)) as { default: ImageSpecBuilder };
const [services] = await Promise.all([ensureServices(), ensurePackages({ buildah: "buildah" })]);
const { registry, dockerHost, platform, images } = services;

describeBuilder("somebody else's buildah", () => buildah, {
  services: { registry, dockerHost, platform, images },
  env: serviceEnvironment(services),
  loopback: true,
  refuses: ["output", "platform"],
  // Each build copies the base once a stage, which takes buildah long: those of one image, and a build that fails. All of
  // them run under IMAGESPEC_TEST_FULL=1.
  select: (cases) => (process.env.IMAGESPEC_TEST_FULL === "1" ? cases : cases.filter(({ rule }) => FEW.has(rule))),
});
