import { ImageSpecError } from "@imagespec/core/builder";

/**
 * conda's name of an OCI platform.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one conda has no packages for.
 */
export function condaSubdir(platform: string): string {
  const subdir = SUBDIRS.get(platform);
  if (subdir !== undefined) return subdir;
  throw new ImageSpecError("E_UNSUPPORTED", `conda has no packages for ${platform}`, {
    hint: `Choose one of ${[...SUBDIRS.keys()].join(", ")}.`,
    details: { parameter: "platform" },
  });
}

const SUBDIRS = new Map([
  ["linux/amd64", "linux-64"],
  ["linux/arm64", "linux-aarch64"],
  ["linux/ppc64le", "linux-ppc64le"],
  ["linux/s390x", "linux-s390x"],
  ["linux/riscv64", "linux-riscv64"],
  ["linux/386", "linux-32"],
]);
