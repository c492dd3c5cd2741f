import { configVariable } from "../base/config-variable.ts";
import { type Libc, MACHINES } from "../target/python-target.ts";
import type { VirtualPackage } from "./conda-package.ts";

/** The properties of the base that decide which packages fit. */
export interface TargetMachine {
  libc: Libc | undefined;
  /** The environment variables of the base's config. */
  env: readonly string[];
}

/**
 * The virtual packages of the target, never the host's (conda: virtual packages). The kernel is whatever the container
 * will run on; 5.10 is the oldest that docker, containerd and Kubernetes releases of today are tested with.
 */
export function virtualPackages(architecture: string, machine: TargetMachine): VirtualPackage[] {
  const result: VirtualPackage[] = [
    { name: "__unix", version: "0" },
    { name: "__linux", version: "5.10" },
    { name: "__archspec", version: "1", build: MACHINES[architecture] ?? "0" },
  ];
  const { libc } = machine;
  if (libc?.family === "glibc") result.push({ name: "__glibc", version: `${libc.major}.${libc.minor}` });
  const cuda = /^\d+\.\d+/.exec(configVariable(machine.env, "CUDA_VERSION") ?? "")?.[0];
  if (cuda !== undefined) result.push({ name: "__cuda", version: cuda });
  return result;
}
