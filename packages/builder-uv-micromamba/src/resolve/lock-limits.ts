import { ImageSpecError, type MarkerEnvironment, markerHolds } from "@imagespec/core/builder";
import { MACHINES, type PythonTarget } from "../target/python-target.ts";

/** For which Pythons and environments a pylock.toml, or a package of it, holds. */
export interface LockLimits {
  "requires-python"?: string;
  environments?: string[];
}

/**
 * Checks a lock's `requires-python` and `environments`, or a package's `requires-python`, against the image.
 *
 * @throws ImageSpecError E_RESOLVE where they leave the image out.
 */
export function refuseOtherTargets(limits: LockLimits, environment: MarkerEnvironment, subject: string): void {
  const python = limits["requires-python"];
  const found = `Python ${environment.python_full_version} on ${environment.platform_machine} Linux`;
  const wrong = (wanted: string) =>
    new ImageSpecError("E_RESOLVE", `${subject} is for ${wanted}, and the image has ${found}`, {
      hint: "Set pythonVersion or use another base; otherwise change the project and run `uv lock`.",
    });
  for (const clause of python?.split(",") ?? []) {
    const [, operator = "", version = ""] = /^\s*(===|==|!=|<=|>=|~=|<|>)\s*(\S+)\s*$/.exec(clause) ?? [];
    if (!markerHolds(`python_full_version ${operator === "===" ? "==" : operator || "=="} "${version}"`, environment))
      throw wrong(`Python ${python}`);
  }
  const supported = limits.environments ?? [];
  if (supported.length > 0 && !supported.some((marker) => markerHolds(marker, environment)))
    throw wrong(supported.join(" or "));
}

/** The values that environment markers (PEP 508) have in an image of the target. */
export function markerEnvironment(target: PythonTarget): MarkerEnvironment {
  return {
    python_version: target.minor,
    python_full_version: target.version.split(".").length > 2 ? target.version : `${target.version}.0`,
    os_name: "posix",
    sys_platform: "linux",
    platform_system: "Linux",
    platform_machine: MACHINES[target.architecture] ?? target.architecture,
    platform_python_implementation: "CPython",
    implementation_name: "cpython",
    implementation_version: target.version,
    platform_release: "",
    platform_version: "",
  };
}
