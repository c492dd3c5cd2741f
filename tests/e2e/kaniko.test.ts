import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { describeBuilder } from "@imagespec/testkit";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "../support/contract-services.ts";
import { sampleCases, sampleImages } from "../support/sample-cases.ts";

/** By kaniko-parameters.test.ts. */
const SHOWN_BY_PARAMETERS = ["aptPackages", "requirements", "registryConfig"];

const services = await ensureServices();
const { image } = await ensureKaniko();

describeBuilder("kaniko in docker", () => new KanikoBuilder(), {
  services: { ...contractServices(services), images: sampleImages(services) },
  env: serviceEnvironment(services),
  builderOptions: { image, network: "host" },
  loopback: true,
  select: (cases) => sampleCases(cases, { others: 2, shownElsewhere: SHOWN_BY_PARAMETERS }),
});
