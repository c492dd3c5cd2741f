import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ensureKaniko } from "../../../scripts/services/kaniko.ts";
import { builderUnderTest } from "../builder-under-test.ts";
import { describeTogether } from "./describe-together.ts";

const { image } = await ensureKaniko();
describeTogether(await builderUnderTest(() => new KanikoBuilder(), { builderOptions: { image, network: "host" } }));
