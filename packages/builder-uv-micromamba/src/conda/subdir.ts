import { ImageSpecError } from "@imagespec/core/builder";

/** By OCI's name of an architecture. */
const SUBDIRS = new Map([
  ["amd64", "linux-64"],
  ["arm64", "linux-aarch64"],
]);

/**
 * conda's name of Linux on an architecture.
 *
 * @throws ImageSpecError E_UNSUPPORTED for an architecture that this builder does not build for.
 */
export function condaSubdir(architecture: string): string {
  const subdir = SUBDIRS.get(architecture);
  if (subdir !== undefined) return subdir;
  throw new ImageSpecError("E_UNSUPPORTED", `conda packages are not chosen for ${architecture}`, {
    hint: `Choose one of ${[...SUBDIRS.keys()].join(", ")}.`,
    details: { parameter: "platform" },
  });
}
