import makeDocker from "@imagespec/builder-docker-buildx/builder";
import makeUv from "@imagespec/builder-uv-micromamba/builder";
import { Contract, type ContractOptions, contractCases } from "@imagespec/testkit";
import { afterAll, afterEach, expect, test } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { MUTANTS } from "../mutants/all-mutants.ts";
import type { Mutant } from "../mutants/mutant.ts";
import { MutantBuilder } from "../mutants/mutant-builder.ts";
import { leftBehind } from "../mutants/request-mutants.ts";
import { contractServices } from "../support/contract-services.ts";
import { dockerConfig } from "../support/docker-config.ts";
import { sample } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const config = await dockerConfig({ buildx: true });
const cache = await temporaryFolder();
afterAll(async () => {
  await config[Symbol.asyncDispose]();
  await cache[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const end of leftBehind.splice(0)) await end();
});

/** The builders are honest: their own tests hold them to every case. */
const HONEST = {
  "uv-micromamba": { make: makeUv, options: { refuses: ["commands"] } },
  "docker-buildx": { make: makeDocker, options: { builderOptions: { network: "host" } } },
} as const;

function contractFor({ honest = "uv-micromamba", mutation }: Mutant): Promise<Contract> {
  const { make, options } = HONEST[honest];
  const environment = { DOCKER_CONFIG: config.path, IMAGESPEC_CACHE_DIR: cache.path };
  const shared: ContractOptions = {
    services: contractServices(services),
    env: { ...serviceEnvironment(services), ...environment },
    builderConfig: { uvImage: services.images.uv },
    loopback: true,
  };
  return Contract.create(() => new MutantBuilder(make(), mutation), { ...shared, ...options });
}

test.each(sample(MUTANTS, 6, 1))("$breaks: catches a builder that $does", async (mutant) => {
  const contract = await contractFor(mutant);
  try {
    await contract.start();
    const failures: unknown[] = [];
    for (const { run } of contractCases(contract).filter(({ rule }) => rule === mutant.breaks)) {
      if (failures.length === 0) await run().catch((error: unknown) => failures.push(error));
    }
    const [failure] = failures;
    expect(failure, `no case of ${mutant.breaks} fails`).toBeInstanceOf(Error);
    // Only an assertion of the case counts as a failure, or the error that the mutation must cause.
    const { name, code } = failure as Error & { code?: string };
    expect(code ?? name, String(failure)).toBe(mutant.fails ?? "AssertionError");
  } finally {
    await contract.close();
  }
});
