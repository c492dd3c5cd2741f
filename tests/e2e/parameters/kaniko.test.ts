import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ensureKaniko } from "../../../scripts/services/kaniko.ts";
import { builderUnderTest } from "../builder-under-test.ts";
import { describeBases } from "./describe-bases.ts";
import { describeLocks } from "./describe-locks.ts";
import { describePackages } from "./describe-packages.ts";
import { describePython } from "./describe-python.ts";

const { image } = await ensureKaniko();
const kaniko = await builderUnderTest(() => new KanikoBuilder(), { builderOptions: { image, network: "host" } });
describePackages(kaniko);
describeLocks(kaniko);
describePython(kaniko);
describeBases(kaniko);
