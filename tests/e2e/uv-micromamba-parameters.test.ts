import makeBuilder from "@imagespec/builder-uv-micromamba/builder";
import { containerReport } from "@imagespec/testkit";
import { afterAll, expect, test, vi } from "vitest";
import { describeBases } from "../parameters/describe-bases.ts";
import { describeFiles } from "../parameters/describe-files.ts";
import { describeLocks } from "../parameters/describe-locks.ts";
import { describeMirroredRequirements, describeMirrors } from "../parameters/describe-mirrors.ts";
import { describePackages } from "../parameters/describe-packages.ts";
import { describePython } from "../parameters/describe-python.ts";
import { describeRegistryConfig, describeSteering } from "../parameters/describe-registry.ts";
import { describeTorchBackend } from "../parameters/describe-torch-backend.ts";
import { builderUnderTest } from "../support/builder-under-test.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const cache = await temporaryFolder();
afterAll(() => cache[Symbol.asyncDispose]());
const uv = await builderUnderTest(makeBuilder, {
  env: { IMAGESPEC_CACHE_DIR: cache.path },
  refuses: ["commands", "noShell"],
});
describePackages(uv);
describeTorchBackend(uv);
describeLocks(uv);
describeMirrors(uv);
describeMirroredRequirements(uv);
describePython(uv);
describeFiles(uv);
describeBases(uv);
describeRegistryConfig(uv);
describeSteering(uv);

test("builderConfig: uv comes out of uvImage where the host has none", {
  meta: { shows: ["builderConfig"] },
}, async () => {
  const { builds, services } = uv;
  await using programs = await temporaryFolder({ python3: { link: "/usr/bin/python3" } });
  await using elsewhere = await temporaryFolder();
  const path = process.env.PATH;
  const before = process.env.IMAGESPEC_CACHE_DIR;
  vi.stubEnv("PATH", programs.path);
  vi.stubEnv("IMAGESPEC_CACHE_DIR", elsewhere.path);
  try {
    // For the base's Python; bytecode would need one of its version.
    const parameters = (uvImage: string) => ({
      packages: ["iniconfig==2.0.0"],
      bytecode: false,
      builderConfig: { uvImage },
    });
    const missing = `${services.registry}/astral-sh/uv:no-such-version`;
    const failure = await builds.build(builds.spec("uv-missing", parameters(missing))).catch((error: Error) => error);
    expect((failure as Error).message).toContain(missing);
    const { image } = await builds.pulled(builds.spec("uv-image", parameters(services.images.uv)));
    const { distributions } = await containerReport(builds.docker, image);
    expect(distributions).toEqual([{ name: "iniconfig", version: "2.0.0" }]);
  } finally {
    vi.stubEnv("PATH", path);
    vi.stubEnv("IMAGESPEC_CACHE_DIR", before);
  }
});
