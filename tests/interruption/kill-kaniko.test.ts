import { inject } from "vitest";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { describeKills } from "./describe-kills.ts";
import { imageIn } from "./image-in.ts";

const { image } = await ensureKaniko();
const { images } = inject("services");

describeKills({
  type: "kaniko",
  builderOptions: [`image=${image}`, "network=host"],
  // A base of a few files, which kaniko unpacks at once: what is killed is the rest.
  parameters: { base_image: images.musl, packages: [], commands: ["echo built > /root/built; sleep 1"] },
  seed: 13,
  imageOf: imageIn,
});
