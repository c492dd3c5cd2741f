import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { describeMirrors } from "../parameters/describe-mirrors.ts";
import { describeRegistryConfig } from "../parameters/describe-registry.ts";
import { describeTogether } from "../parameters/describe-together.ts";
import { describeTorchBackend } from "../parameters/describe-torch-backend.ts";
import { builderUnderTest } from "../support/builder-under-test.ts";

const { image } = await ensureKaniko();
const kaniko = await builderUnderTest(() => new KanikoBuilder(), {
  builderOptions: { image, network: "host" },
  // kaniko unpacks its base twice for each image, and reads all of it after each step.
  base: "pythonSmall",
});
describeTogether(kaniko);
describeMirrors(kaniko);
describeTorchBackend(kaniko);
describeRegistryConfig(kaniko);
