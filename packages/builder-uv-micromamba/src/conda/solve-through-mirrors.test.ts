import { expect, it } from "vitest";
import type { CondaRequest } from "./conda-package.ts";
import { solveThroughMirrors } from "./solve-through-mirrors.ts";

const SPECS = [
  ["conda-forge::numpy", "https://m.example/forge::numpy"],
  ["conda-forge/::numpy >=2", "https://m.example/forge::numpy >=2"],
  ["conda-forge/linux-64::a", "https://m.example/forge/linux-64::a"],
  ["https://conda.anaconda.org/conda-forge/noarch::b", "https://m.example/forge/noarch::b"],
  ["conda-forge/osx-64::c", "conda-forge/osx-64::c"],
  ["noarch::d", "noarch::d"],
  ["x::e", "https://own.example/x::e"],
  ["scipy", "scipy"],
] as const;

it("asks the mirror, also for a package that names its channel, and answers with the channel", async () => {
  const asked: Pick<CondaRequest, "channels" | "specs">[] = [];
  const solver = solveThroughMirrors(
    async ({ channels, specs }) => {
      asked.push({ channels, specs });
      const record = { name: "numpy", version: "2", build: "0", build_number: 0 };
      const channel = "https://m.example/forge";
      return [{ record, fn: "numpy.conda", subdir: "noarch", channel, url: `${channel}/noarch/numpy.conda` }];
    },
    (url) => url.replace("https://conda.anaconda.org/conda-forge", "https://m.example/forge"),
  );
  const [found] = await solver({
    channels: ["https://conda.anaconda.org/conda-forge", "https://own.example/x"],
    specs: SPECS.map(([spec]) => spec),
    subdir: "linux-64",
    virtualPackages: [],
    signal: AbortSignal.timeout(1000),
  });
  expect(asked).toEqual([
    {
      channels: ["https://m.example/forge", "https://own.example/x"],
      specs: SPECS.map(([, through]) => through),
    },
  ]);
  expect(found).toMatchObject({
    channel: "https://conda.anaconda.org/conda-forge",
    url: "https://conda.anaconda.org/conda-forge/noarch/numpy.conda",
  });
});
