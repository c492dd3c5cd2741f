import { expect, it, vi } from "vitest";
import { channelUrl } from "./channel.ts";

it("gives a name its place under conda's own alias, whatever the host has set", () => {
  vi.stubEnv("CONDA_CHANNEL_ALIAS", "https://elsewhere.example");
  vi.stubEnv("MAMBA_CHANNEL_ALIAS", "https://elsewhere.example");
  expect(["conda-forge", "bioconda/"].map(channelUrl)).toEqual([
    "https://conda.anaconda.org/conda-forge",
    "https://conda.anaconda.org/bioconda",
  ]);
  expect(channelUrl("https://mirror.example/forge/")).toBe("https://mirror.example/forge");
});
