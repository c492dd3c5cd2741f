import { containerReport, type PackageIndex, startPackageIndex } from "@imagespec/testkit";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { BuilderUnderTest } from "../support/builder-under-test.ts";
import { startTorchIndex, type TorchIndex } from "../support/torch-index.ts";

/** Where torch comes from, and what does not come from there. */
export function describeTorchBackend({ builds }: BuilderUnderTest): void {
  let main: PackageIndex;
  let torch: TorchIndex;
  beforeAll(async () => {
    main = await startPackageIndex({
      packages: [
        { name: "model", version: "1.0", requires: ["torch", "companion"] },
        { name: "torch", version: "9.0" },
        { name: "companion", version: "1.0" },
      ],
    });
    // The index of builds holds older versions of other packages, which nobody asked for.
    torch = await startTorchIndex({
      cu126: [
        { name: "torch", version: "2.7.0+cu126" },
        { name: "companion", version: "0.1" },
      ],
      cpu: [{ name: "torch", version: "2.7.0+cpu" }],
    });
  });
  afterAll(() => Promise.all([main.close(), torch[Symbol.asyncDispose]()]));
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(torch.env)) vi.stubEnv(name, before[name]);
  });

  test("torchBackend: torch, though only required by another package, from the index of that build, and nothing else", {
    meta: { shows: ["torchBackend"] },
  }, async () => {
    for (const [name, value] of Object.entries(torch.env)) vi.stubEnv(name, value);
    const parameters = { packages: ["model"], pipIndex: main.url, torchBackend: "cu126" };
    const { image } = await builds.pulled(builds.spec("torch-backend", parameters));
    const { distributions } = await containerReport(builds.docker, image);
    const installed = distributions.map(({ name, version }) => `${name}==${version}`).sort();
    expect(installed).toEqual(["companion==1.0", "model==1.0", "torch==2.7.0+cu126"]);
    expect(new Set(torch.asked)).toEqual(new Set(["/whl/cu126/torch/"]));
  });
}
