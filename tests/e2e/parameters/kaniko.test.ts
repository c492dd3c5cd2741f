import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ensureKaniko } from "../../../scripts/services/kaniko.ts";
import { builderUnderTest } from "../builder-under-test.ts";
import { describeRegistryConfig } from "./describe-registry.ts";
import { describeTogether } from "./describe-together.ts";

const { image } = await ensureKaniko();
const kaniko = await builderUnderTest(() => new KanikoBuilder(), { builderOptions: { image, network: "host" } });
describeTogether(kaniko);
describeRegistryConfig(kaniko);
