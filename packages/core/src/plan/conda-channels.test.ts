import { expect, it, vi } from "vitest";
import { condaChannelAddress } from "./conda-channels.ts";

it("gives a name its place under conda's own alias, whatever the host has set", () => {
  vi.stubEnv("CONDA_CHANNEL_ALIAS", "https://elsewhere.example");
  vi.stubEnv("MAMBA_CHANNEL_ALIAS", "https://elsewhere.example");
  expect(["conda-forge", "bioconda/"].map(condaChannelAddress)).toEqual([
    "https://conda.anaconda.org/conda-forge",
    "https://conda.anaconda.org/bioconda",
  ]);
  expect(condaChannelAddress("https://mirror.example/forge/")).toBe("https://mirror.example/forge");
});
