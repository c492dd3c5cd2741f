import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { describeKills } from "./describe-kills.ts";
import { imageIn } from "./image-in.ts";

const { image } = await ensureKaniko();

describeKills({
  type: "kaniko",
  builderOptions: [`image=${image}`, "network=host"],
  parameters: { commands: ["echo built > /root/built; sleep 1"] },
  seed: 13,
  imageOf: imageIn,
});
