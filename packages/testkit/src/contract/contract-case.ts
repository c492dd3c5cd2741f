import type { ContractRule } from "./contract-rules.ts";

/** One case of the contract: what it checks, and how. */
export interface ContractCase {
  /** The rule that is broken when the case fails. */
  readonly rule: ContractRule;
  /** Unique among the cases of one builder. */
  readonly title: string;
  /** Parameters of a spec that the case builds with and then finds in the image. */
  readonly shows?: readonly string[] | undefined;
  /** Resolves when the builder keeps the rule; rejects with an assertion or with what the build threw. */
  run(): Promise<void>;
}
