import makeBuilder from "@imagespec/builder-uv-micromamba/builder";
import { describeBuilder } from "@imagespec/testkit";
import { afterAll } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const { registry, dockerHost, platform, images } = services;
const cache = await temporaryFolder();
afterAll(() => cache[Symbol.asyncDispose]());

describeBuilder("uv and layers", makeBuilder, {
  services: { registry, dockerHost, platform, images },
  env: { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: cache.path },
  loopback: true,
  reproducible: true,
  refuses: ["commands"],
});
