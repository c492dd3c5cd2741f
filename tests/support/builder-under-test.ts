import { ContractBuild, type ContractOptions, type MakeBuilder } from "@imagespec/testkit";
import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import { ensureServices, type Services, serviceEnvironment } from "../../scripts/services/services.ts";
import { contractServices } from "./contract-services.ts";

/** A builder, what its tests build with, and what it refuses. */
export interface BuilderUnderTest {
  services: Services;
  builds: ContractBuild;
  /** Parameters and inputs it refuses, so that no test builds with them. */
  refuses: readonly Refusable[];
}

export type Refusable = "aptPackages" | "commands" | "noShell" | "engine";

/** Makes it ready for the tests of one file, with the environment they need: call it at the top level. */
export async function builderUnderTest(
  make: MakeBuilder,
  options: Pick<ContractOptions, "env" | "builderOptions"> & {
    refuses?: readonly Refusable[];
    /** What specs build on that name no base; the Python base unless it is given. */
    base?: keyof Services["images"];
  } = {},
): Promise<BuilderUnderTest> {
  const services = await ensureServices();
  beforeAll(() => {
    const env = { ...serviceEnvironment(services), ...options.env };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  });
  const { builderType } = make();
  beforeEach(({ task }) => {
    task.meta.builder ??= builderType;
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
  const { builderOptions, base = "python" } = options;
  const { images, ...others } = contractServices(services);
  const builds = await ContractBuild.create(make, {
    services: { ...others, images: { ...images, python: services.images[base] } },
    ...(builderOptions ? { builderOptions } : {}),
  });
  return { services, builds, refuses: options.refuses ?? [] };
}
