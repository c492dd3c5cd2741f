import { expect, it } from "vitest";
import { condaChannelBreach, condaPackageBreach } from "../package-rules/package-rules.ts";
import { condaChannelsOf } from "./conda-channels.ts";

it("reads defaults as the channels that conda means by it, and adds conda-forge unless the list is closed", () => {
  const defaults = ["https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r"];
  expect(condaChannelsOf(["defaults"])).toEqual([...defaults, "conda-forge"]);
  expect(condaChannelsOf(["nvidia", "defaults", "nodefaults"])).toEqual(["nvidia", ...defaults]);
  expect(condaChannelsOf([...defaults, "defaults", "conda-forge"])).toEqual([...defaults, "conda-forge"]);
});

it.each([
  "numpy>=2",
  "numpy=2.1=py312h_0",
  "numpy[version='>=2',build=py312*]",
  "conda-forge::numpy",
  "conda-forge/linux-64::numpy",
  "https://host/channel::numpy==2",
])("takes the conda package %s", (text) => {
  expect(condaPackageBreach(text)).toBeUndefined();
});

it.each([
  ["https://host/conda-forge/linux-64/numpy-2.0-0.conda", "conda_address"],
  ["https://host/conda-forge/linux-64/numpy-2.0-0.tar.bz2#0123", "conda_address"],
  ["conda-forge::https://host/numpy-2.0-0.conda", "conda_address"],
  ["numpy-2.0-0.conda", "conda_address"],
  ["numpy[channel=conda-forge]", "conda_source"],
  ["numpy[version='>=2', url=https://host/x.conda]", "conda_address"],
  ["numpy[build=0, subdir=linux-64]", "conda_source"],
  ["defaults::numpy", "conda_source"],
  ["s3://bucket/channel::numpy", "conda_scheme"],
  ["file:///srv/channel::numpy", "local_path"],
])("refuses the conda package %s: %s", (text, code) => {
  expect(condaPackageBreach(text)).toMatchObject({ code });
});

it.each([
  "conda-forge",
  "defaults",
  "nodefaults",
  "conda-forge/label/rc",
  "https://host/channel",
  "http://127.0.0.1:1/c/",
])("takes the channel %s", (text) => {
  expect(condaChannelBreach(text)).toBeUndefined();
});

it.each([
  ["https://host/channel/linux-64/x-1.0-0.conda", "conda_address"],
  ["oci://ghcr.io/channel-mirrors/conda-forge", "conda_scheme"],
  ["s3://bucket/channel", "conda_scheme"],
  ["file:///srv/channel", "local_path"],
  ["local", "local_path"],
  ["conda-forge[linux-64]", "local_path"],
  ["conda-forge/linux-64", "conda_subdir"],
  ["https://host/channel/noarch/", "conda_subdir"],
])("refuses the channel %s: %s", (text, code) => {
  expect(condaChannelBreach(text)).toMatchObject({ code });
});
