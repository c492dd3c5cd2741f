import { expect } from "vitest";
import type { Contract } from "../contract.ts";
import { type ContractCase, casesOf, type NamedCases } from "../contract-case.ts";
import { basesCases } from "./bases-cases.ts";
import { childrenCases } from "./children-cases.ts";
import { commandsCases } from "./commands-cases.ts";
import { endingsCases } from "./endings-cases.ts";
import { gpuCases } from "./gpu-cases.ts";
import { imageCases } from "./image-cases.ts";
import { installsCases } from "./installs-cases.ts";
import { refusalsCases } from "./refusals-cases.ts";
import { registriesCases } from "./registries-cases.ts";
import { requestsCases } from "./requests-cases.ts";
import { runtimeCases } from "./runtime-cases.ts";
import { secretsCases } from "./secrets-cases.ts";

/**
 * The cases of the contract for one builder, in the order in which they cost least. Each can be run alone, between
 * `start` and `close` of the contract.
 */
export function contractCases(contract: Contract): ContractCase[] {
  const itself: NamedCases = {
    "type: it names itself": async () => expect(contract.builderType).toMatch(/^[a-z][a-z0-9-]*$/),
  };
  const files = [
    imageCases,
    runtimeCases,
    childrenCases,
    basesCases,
    gpuCases,
    commandsCases,
    installsCases,
    secretsCases,
    requestsCases,
    registriesCases,
    endingsCases,
    refusalsCases,
  ];
  return [itself, ...files.map((cases) => cases(contract))].flatMap(casesOf);
}
