import { IMAGE_MUTANTS } from "./image-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { REQUEST_MUTANTS } from "./request-mutants.ts";
import { SECRET_MUTANTS } from "./secret-mutants.ts";

/** At least one for each rule of the contract. */
export const MUTANTS: readonly Mutant[] = [...IMAGE_MUTANTS, ...REQUEST_MUTANTS, ...SECRET_MUTANTS];
