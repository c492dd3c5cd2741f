import type { ContractRule } from "@imagespec/testkit";
import { IMAGE_MUTANTS } from "./image-mutants.ts";
import type { Mutation } from "./mutant-builder.ts";
import { REQUEST_MUTANTS } from "./request-mutants.ts";
import { SECRET_MUTANTS } from "./secret-mutants.ts";

/** A builder that breaks one rule of the contract. */
export interface Mutant {
  breaks: ContractRule;
  /** What it does, behind "a builder that". */
  does: string;
  /** The builder it is made of; default `uv-micromamba`, which is the quickest. */
  honest?: "uv-micromamba" | "docker-buildx";
  mutation: Mutation;
}

export const MUTANTS: readonly Mutant[] = [...IMAGE_MUTANTS, ...REQUEST_MUTANTS, ...SECRET_MUTANTS];
