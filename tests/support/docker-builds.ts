import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { afterAll } from "vitest";
import { type BuilderUnderTest, builderUnderTest } from "./builder-under-test.ts";
import { dockerConfig } from "./docker-config.ts";

/**
 * docker-buildx for the tests of one file, with the plug-in unless told otherwise. Build steps use the host's network,
 * so that they reach what tests start on the loopback address.
 */
export async function dockerBuilds(options: { buildx?: boolean } = {}): Promise<BuilderUnderTest> {
  const config = await dockerConfig({ buildx: options.buildx ?? true });
  afterAll(() => config[Symbol.asyncDispose]());
  return builderUnderTest(makeBuilder, { env: { DOCKER_CONFIG: config.path }, builderOptions: { network: "host" } });
}
