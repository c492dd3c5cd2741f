import { afterAll } from "vitest";
import { dockerConfig } from "../support/docker-config.ts";
import { describeKills } from "./describe-kills.ts";
import { imageIn } from "./image-in.ts";

const config = await dockerConfig({ buildx: true });
afterAll(() => config[Symbol.asyncDispose]());

describeKills({
  type: "docker-buildx",
  // The package index listens on this machine's loopback address.
  builderOptions: ["network=host"],
  env: { DOCKER_CONFIG: config.path },
  parameters: { commands: ["echo built > /root/built; sleep 1"] },
  seed: 12,
  imageOf: imageIn,
});
