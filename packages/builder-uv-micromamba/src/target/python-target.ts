import { ImageSpecError } from "@imagespec/core/builder";

/** The C library of an image, which decides what wheels can be loaded. */
export type Libc = { family: "glibc" | "musl"; major: number; minor: number };

/** The version of an image's Python. */
export interface PythonVersion {
  /** `3.11` */
  minor: string;
  /** `3.11.2`, or `3.11` where no more is known; environment markers depend on it. */
  version: string;
}

/** What the wheels of an image must fit. */
export interface PythonTarget extends PythonVersion {
  /** OCI's name: `amd64`, `arm64`. */
  architecture: string;
  libc: Libc;
}

/** The architectures that uv resolves for: its names by those of OCI. */
export const MACHINES: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** The minor versions of glibc that uv has a platform for (`--python-platform`). */
const MANYLINUX = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40];

/**
 * The value of uv's `--python-platform` for a target.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a target that uv has no name for.
 */
export function uvPlatform(target: PythonTarget): string {
  const machine = MACHINES[target.architecture];
  const { libc } = target;
  const refuse = (what: string) =>
    new ImageSpecError("E_UNSUPPORTED", `uv cannot choose wheels for ${what}`, {
      hint: "Build with docker-buildx or kaniko, or use a newer base image.",
    });
  if (machine === undefined) throw refuse(`the architecture ${target.architecture}`);
  if (libc.family === "musl") {
    if (libc.major !== 1 || libc.minor < 2) throw refuse(`musl ${libc.major}.${libc.minor}`);
    return `${machine}-unknown-linux-musl`;
  }
  const level = MANYLINUX.findLast((minor) => minor <= libc.minor);
  if (libc.major !== 2 || level === undefined) throw refuse(`glibc ${libc.major}.${libc.minor}`);
  return `${machine}-manylinux_2_${level}`;
}

/** Whether a Python is of the wanted version: `3.12` stands for every 3.12.x, `3.12.4` only for itself. */
export function isOfVersion(found: string, wanted: string): boolean {
  return `${found}.`.startsWith(`${wanted}.`);
}
