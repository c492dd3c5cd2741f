import type { ImageSpecParameters } from "@imagespec/core";
import type { ImageSpecBuilder } from "@imagespec/core/builder";
import type { ContractCase } from "./contract-case.ts";

/** What the contract test runs against; all of it real. */
export interface ContractServices {
  /** `localhost:5000`: a registry that takes pushes from this process and from the engine, without credentials. */
  registry: string;
  /** DOCKER_HOST of the engine that starts what was built: `unix:///var/run/docker.sock`. */
  dockerHost: string;
  /** What the engine runs natively: `linux/amd64`. */
  platform: string;
  images: {
    /** Debian or the like with CPython 3.11 as `python3`, CMD `python3`, and no users but root and system users. */
    python: string;
    /** The same with a user and a group of id 1000. */
    uid1000: string;
    /** The same with ENTRYPOINT, CMD, USER (not root) and WORKDIR of its own. */
    ownConfig: string;
  };
}

/** What `describeBuilder` builds with, and what the builder under test does not do. */
export interface ContractOptions {
  services: ContractServices;
  /** Set in this process's environment while the suite runs: PATH, mirrors, DOCKER_CONFIG. */
  env?: Record<string, string> | undefined;
  /** For every build, e.g. `{ network: "host" }`. */
  builderOptions?: Record<string, unknown> | undefined;
  /** In every spec: the images that uv and micromamba come from, where builds do not reach the default ones. */
  builderConfig?: ImageSpecParameters["builderConfig"];
  /** What the builder refuses: instead of building with it, the test asks for the refusal. */
  refuses?: readonly Refusable[] | undefined;
  /**
   * Builds, and what pushes for them, reach this machine's loopback address (for docker:
   * `builderOptions: { network: "host" }`). Packages then come from an index of the test's own, which for the secrets
   * asks for a password, and cases with registries of the test's own are added. Else packages come from the default
   * index.
   */
  loopback?: boolean | undefined;
  /** Which cases run; all by default. For a builder that takes long over each, in a run that has little time. */
  select?: ((cases: readonly ContractCase[]) => readonly ContractCase[]) | undefined;
  /** The builder says that it makes the same digest from the same spec: then two builds must agree in it. */
  reproducible?: boolean | undefined;
}

/** Parameters of a spec, and of a build call, that a builder may refuse. */
export type Refusable =
  | "aptPackages"
  | "commands"
  | "pipSecretMounts"
  | "entrypoint"
  | "sourceRoot"
  | "output"
  | "platform"
  | "requirements";

/** Makes the builder under test; called for every engine, so that nothing is kept from one build to the next. */
export type MakeBuilder = () => ImageSpecBuilder;

/** A pure Python distribution in two versions, and another one. */
export interface ContractPackages {
  name: string;
  newer: string;
  older: string;
  other: { name: string; version: string };
}

export const PUBLIC_PACKAGES: ContractPackages = {
  name: "iniconfig",
  newer: "2.0.0",
  older: "1.1.1",
  other: { name: "tomli", version: "2.0.1" },
};

export const LOOPBACK_PACKAGES: ContractPackages = {
  name: "contract-one",
  newer: "2.0",
  older: "1.0",
  other: { name: "contract-two", version: "1.0" },
};

/** The packages as wheels. */
export function wheelsOf({ name, newer, older, other }: ContractPackages) {
  return [{ name, version: newer }, { name, version: older }, other];
}
