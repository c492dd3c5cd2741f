import { describeKills } from "./describe-kills.ts";

describeKills({
  type: "uv-micromamba",
  seed: 11,
  // The same bytes, whatever the cache holds: the digest says so.
  imageOf: async ({ tags }) => tags,
});
