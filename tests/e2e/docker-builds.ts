import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { ContractBuild } from "@imagespec/testkit";
import { afterAll, beforeAll, vi } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "./contract-services.ts";
import { dockerConfig } from "./docker-config.ts";
import type { TemporaryFolder } from "./temporary-folder.ts";

/**
 * Builds with docker-buildx for the tests of one file, and the environment they need while it runs: call it at the top
 * level. Build steps use the host's network, so that they reach what tests start on the loopback address.
 */
export async function dockerBuilds(options: { buildx?: boolean } = {}) {
  const services = await ensureServices();
  let config: TemporaryFolder | undefined;
  beforeAll(async () => {
    config = await dockerConfig({ buildx: options.buildx ?? true });
    vi.stubEnv("DOCKER_CONFIG", config.path);
    for (const [name, value] of Object.entries(serviceEnvironment(services))) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await config?.[Symbol.asyncDispose]();
  });
  const builds = new ContractBuild(makeBuilder, {
    services: contractServices(services),
    builderOptions: { network: "host" },
  });
  return { services, builds };
}
