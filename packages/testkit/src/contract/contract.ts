import type { ImageSpec } from "@imagespec/core";
import type { ContractBuild } from "./contract-build.ts";
import type { ContractOptions, ContractPackages } from "./contract-options.ts";

/** What the parts of the contract share: the builds, and the image most of them look at. */
export interface Contract {
  options: ContractOptions;
  build: ContractBuild;
  packages: ContractPackages;
  /** What a spec needs besides the packages' names to find them. */
  pip(): { pipIndex?: string };
  refuses(parameter: NonNullable<ContractOptions["refuses"]>[number]): boolean;
  /** Sources on the host; there from the first test on. */
  folder(): string;
  /** The spec with packages, env, sources and copied files that children extend. */
  parent(): ImageSpec;
}
