/** A record of repodata.json, as far as it is read here (conda: package repository metadata). */
export interface RepodataRecord {
  name: string;
  version: string;
  build: string;
  build_number: number;
  depends?: string[];
  constrains?: string[];
  md5?: string | undefined;
  sha256?: string | undefined;
  size?: number | undefined;
  subdir?: string;
  noarch?: "python" | "generic" | boolean;
  timestamp?: number;
  python_site_packages_path?: string;
  [key: string]: unknown;
}

/** A package a solver chose. */
export interface CondaPackage {
  record: RepodataRecord;
  /** File name, `numpy-2.1.0-py312_0.conda`. */
  fn: string;
  /** `linux-64` or `noarch` */
  subdir: string;
  /** Base URL of its channel, without subdir. */
  channel: string;
  url: string;
}

/** The input of a solver. */
export interface CondaRequest {
  /** conda MatchSpecs */
  specs: string[];
  /** Base URLs, highest priority first. */
  channels: string[];
  subdir: string;
  virtualPackages: VirtualPackage[];
  signal: AbortSignal;
}

/** A property of the target machine that solvers see as a package: `__glibc 2.36` (conda: virtual packages). */
export interface VirtualPackage {
  name: string;
  version: string;
  build?: string;
}

/**
 * A solver: micromamba on the host, or rattler in this process.
 *
 * @throws ImageSpecError E_RESOLVE with the solver's words.
 */
export type CondaSolver = (request: CondaRequest) => Promise<CondaPackage[]>;
