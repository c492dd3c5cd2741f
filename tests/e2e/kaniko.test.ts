import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { describeBuilder } from "@imagespec/testkit";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { sampleCases } from "../support/sample-cases.ts";

/** By kaniko-parameters.test.ts. */
const SHOWN_BY_PARAMETERS = ["aptPackages", "requirements", "registryConfig"];

const services = await ensureServices();
const { image } = await ensureKaniko();

describeBuilder("kaniko in docker", () => new KanikoBuilder(), {
  services: {
    registry: services.registry,
    dockerHost: services.dockerHost,
    platform: services.platform,
    images: {
      // kaniko unpacks its base twice for each image, and reads all of it after each step.
      python: services.images.pythonSmall,
      uid1000: services.images.uid1000,
      ownConfig: services.images.ownConfig,
    },
  },
  env: serviceEnvironment(services),
  builderOptions: { image, network: "host" },
  loopback: true,
  select: (cases) => sampleCases(cases, { others: 4, shownElsewhere: SHOWN_BY_PARAMETERS }),
});
