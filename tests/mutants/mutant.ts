import type { ErrorCode } from "@imagespec/core";
import type { ContractRule } from "@imagespec/testkit";
import type { Mutation } from "./mutant-builder.ts";

/** A builder that breaks one rule of the contract. */
export interface Mutant {
  breaks: ContractRule;
  /** What it does, behind "a builder that". */
  does: string;
  /** The builder it is made of; default `uv-micromamba`, which is the quickest. */
  honest?: "uv-micromamba" | "docker-buildx";
  mutation: Mutation;
  /** The code of the error that catches it where no assertion does: the honest builder cannot go on. */
  fails?: ErrorCode;
}
