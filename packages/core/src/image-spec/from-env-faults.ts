import { redact, type SpecFault } from "@imagespec/registry/terms";
import { typeBreach } from "../spec/type-breach.ts";

const DISTRIBUTION = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** What is wrong with the parameters that `fromEnv` reads itself. Callers without types pass anything. Pure. */
export function fromEnvFaults(parameters: {
  pythonVersion?: unknown;
  pinnedPackages?: unknown;
  python?: unknown;
}): SpecFault[] {
  const { pythonVersion, pinnedPackages, python } = parameters;
  const faults: SpecFault[] = [];
  if (pythonVersion !== undefined && pythonVersion !== null) {
    const message = "pythonVersion is taken from the environment by fromEnv";
    faults.push({ path: ["pythonVersion"], code: "conflict", message, hint: "Drop pythonVersion." });
  }
  if (python !== undefined && python !== null && (typeof python !== "string" || python.trim() === "")) {
    const message = "python is not the path of an interpreter";
    faults.push({ path: ["python"], code: "invalid_type", message, hint: "Write it like '/usr/bin/python3'." });
  }
  if (pinnedPackages === undefined || pinnedPackages === null) return faults;
  if (!Array.isArray(pinnedPackages)) {
    return [...faults, { path: ["pinnedPackages"], ...typeBreach("array", pinnedPackages) }];
  }
  for (const [index, name] of pinnedPackages.entries()) {
    if (typeof name === "string" && DISTRIBUTION.test(name)) continue;
    const message = typeof name === "string" ? `'${redact(name)}' is not the name of a package` : "it is not a text";
    const hint = "Name just the package, such as 'numpy'.";
    faults.push({ path: ["pinnedPackages", index], code: "package_name", message, hint });
  }
  return faults;
}
