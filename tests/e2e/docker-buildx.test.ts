import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { describeBuilder } from "@imagespec/testkit";
import { afterAll } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "../support/contract-services.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { sampleCases, sampleImages } from "../support/sample-cases.ts";

const services = await ensureServices();

/** By docker-buildx-parameters.test.ts. */
const SHOWN_BY_PARAMETERS = ["aptPackages", "requirements", "registryConfig"];

for (const buildx of [true, false]) {
  const config = await dockerConfig({ buildx });
  afterAll(() => config[Symbol.asyncDispose]());
  describeBuilder(buildx ? "docker buildx build" : "docker build, without the plug-in", makeBuilder, {
    services: { ...contractServices(services), images: sampleImages(services) },
    env: { ...serviceEnvironment(services), DOCKER_CONFIG: config.path },
    builderOptions: { network: "host" },
    loopback: true,
    select: (cases) => sampleCases(cases, { others: buildx ? 8 : 3, shownElsewhere: SHOWN_BY_PARAMETERS }),
  });
}
