import { condaChannelAddress, ImageSpecError } from "@imagespec/core/builder";
import type { CondaTarget } from "./conda-entries.ts";
import type { CondaPackage, CondaSolver } from "./conda-package.ts";
import { condaSubdir } from "./subdir.ts";
import { type TargetMachine, virtualPackages } from "./virtual-packages.ts";

/** What the plan's environment step asks of conda. */
export interface CondaQuestion {
  prefix: string;
  packages: readonly string[];
  channels: readonly string[];
  pythonVersion: string | undefined;
  /** OCI's name: `amd64`, `arm64`. */
  architecture: string;
  machine: TargetMachine;
}

export interface ResolvedConda {
  packages: CondaPackage[];
  target: CondaTarget;
}

/**
 * Chooses the packages of a conda environment for the target platform, sorted by name.
 *
 * @throws ImageSpecError E_RESOLVE.
 */
export async function resolveConda(
  question: CondaQuestion,
  solver: CondaSolver,
  signal: AbortSignal,
): Promise<ResolvedConda> {
  const subdir = condaSubdir(question.architecture);
  if (question.machine.libc?.family === "musl")
    throw new ImageSpecError("E_UNSUPPORTED", "The base image has musl libc, and conda's packages need glibc", {
      hint: "Choose a base with glibc, such as debian:bookworm-slim.",
      details: { parameter: "baseImage" },
    });
  const specs = [...question.packages];
  if (question.pythonVersion !== undefined) specs.push(`python ${question.pythonVersion}.*`);
  const channels = question.channels.map(condaChannelAddress);
  const packages = await solver({
    specs,
    channels,
    subdir,
    virtualPackages: virtualPackages(question.architecture, question.machine),
    signal,
  });
  for (const { fn } of packages)
    if (!/^[^/]+\.(conda|tar\.bz2)$/.test(fn))
      throw new ImageSpecError(
        "E_RESOLVE",
        `A conda channel lists ${JSON.stringify(fn)}, which is not the file name of a package`,
        { hint: "Check condaChannels." },
      );
  packages.sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  return { packages, target: { prefix: question.prefix, python: pythonOf(packages) } };
}

function pythonOf(packages: readonly CondaPackage[]): CondaTarget["python"] {
  const python = packages.find(({ record }) => record.name === "python")?.record;
  if (python === undefined) return undefined;
  const minor = /^3\.\d+(?=\.|$)/.exec(python.version)?.[0];
  const sitePackages = python.python_site_packages_path ?? `lib/python${minor}/site-packages`;
  if (minor === undefined || !/^lib\/python3\.\d+t?\/site-packages$/.test(sitePackages))
    throw new ImageSpecError("E_UNSUPPORTED", `python ${python.version} has its packages in ${sitePackages}`, {
      hint: "Build with docker-buildx or kaniko, or use another version of python.",
      details: { parameter: "condaPackages" },
    });
  return { minor, sitePackages };
}
