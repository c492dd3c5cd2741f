import { join } from "node:path";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import { describeBuilder } from "@imagespec/testkit";
import { ensurePackages } from "../../scripts/services/apt.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";

/** Rules that need no image, or are looked at in one that buildah builds once: it copies the base for each stage. */
const FEW: ReadonlySet<string> = new Set([
  "type",
  "outcome",
  "reuse",
  "user",
  "files",
  "env",
  "packages",
  "labels",
  "platform",
  "refusals",
]);
const EXAMPLE = join(import.meta.dirname, "../../examples/buildah-builder/src/builder.js");
const { default: buildah } = (await import(EXAMPLE)) as { default: ImageSpecBuilder };
const once = buildah.buildImage.bind(buildah);
// buildah seals a copy of itself for each step, which Linux refuses (EBUSY) while a page of that copy is held
// elsewhere: the machine's fault and soon over, unlike whatever else a build fails of.
buildah.buildImage = (request) =>
  once(request).catch((error: Error) => {
    if (error.message.includes("sealing memfd copy: Device or resource busy")) return once(request);
    throw error;
  });
const [services] = await Promise.all([ensureServices(), ensurePackages({ buildah: "buildah" })]);
const { registry, dockerHost, platform, images } = services;

describeBuilder("somebody else's buildah", () => buildah, {
  services: { registry, dockerHost, platform, images },
  env: serviceEnvironment(services),
  // With vfs a cancelled build may need more than its 5 seconds to remove the copies of its base.
  builderOptions: { storage: "overlay" },
  loopback: true,
  refuses: ["output", "platform"],
  // All of them run under IMAGESPEC_TEST_FULL=1.
  select: (cases) => (process.env.IMAGESPEC_TEST_FULL === "1" ? cases : cases.filter(({ rule }) => FEW.has(rule))),
});
