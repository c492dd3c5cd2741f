import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { contractCases } from "./contract/cases/contract-cases.ts";
import { Contract } from "./contract/contract.ts";
import type { ContractOptions, MakeBuilder } from "./contract/contract-options.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Type of the builder under test. */
    builder?: string;
    /** Parameters of a spec that the test builds with and then finds in the image. */
    shows?: readonly string[];
  }
}

/** Milliseconds for one case: up to four builds by a slow builder on a busy machine. */
const TIME_LIMIT = 900_000;

/**
 * The contract every builder keeps, as a vitest suite: builds images with the real builder into a real registry, starts
 * them, and checks the rules of imagespec from inside. Call it at the top level of a test file.
 */
export function describeBuilder(name: string, makeBuilder: MakeBuilder, options: ContractOptions): void {
  describe(`the builder contract: ${name}`, async () => {
    const contract = await Contract.create(makeBuilder, options);
    beforeEach(({ task }) => {
      task.meta.builder ??= contract.builderType;
    });
    beforeAll(() => contract.start(), TIME_LIMIT);
    afterAll(() => contract.close(), TIME_LIMIT);

    const { select = (cases) => cases } = options;
    for (const { rule, title, shows, run } of select(contractCases(contract))) {
      test(`${rule}: ${title}`, { timeout: TIME_LIMIT, meta: shows === undefined ? {} : { shows } }, run);
    }
  });
}
