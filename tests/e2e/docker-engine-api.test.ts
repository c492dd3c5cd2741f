import makeBuilder from "@imagespec/builder-docker-buildx/builder";
import { describeBuilder } from "@imagespec/testkit";
import { afterAll } from "vitest";
import { dockerClient } from "../../scripts/services/docker-engine.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "../support/contract-services.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { sampleCases } from "../support/sample-cases.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// docker 23 and newer builds by its plug-in alone: everything but that is the real docker's.
const MODERN = `#!/bin/sh
case "$1" in
--version) echo "Docker version 28.2.2, build e6534b4" ;;
buildx | build) echo "docker: unknown command: docker $1" >&2; exit 1 ;;
*) exec "${dockerClient()}" "$@" ;;
esac
`;

const services = await ensureServices();
const config = await dockerConfig({ buildx: false });
const programs = await temporaryFolder({ docker: { text: MODERN, mode: 0o755 } });
afterAll(async () => {
  await config[Symbol.asyncDispose]();
  await programs[Symbol.asyncDispose]();
});

const env = serviceEnvironment(services);
describeBuilder("the engine's API, for a docker that cannot build without its plug-in", makeBuilder, {
  services: contractServices(services),
  env: { ...env, DOCKER_CONFIG: config.path, PATH: `${programs.path}:${env.PATH ?? process.env.PATH}` },
  builderOptions: { network: "host" },
  loopback: true,
  select: (cases) => sampleCases(cases, { others: 6 }),
});
