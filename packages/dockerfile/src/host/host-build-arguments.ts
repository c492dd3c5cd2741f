import { type BuildPlan, ImageSpecError } from "@imagespec/core/builder";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import { buildArguments } from "../instruction/build-arguments.ts";
import { PYTHON_SOURCES } from "../script/fragment/python-sources.ts";

/** Predefined build arguments: every step sees them without ARG, and they are in no image's history. */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/**
 * The build arguments of a plan on this host, by name: the host's proxies in both spellings, uv's download addresses
 * where a Python is downloaded, and the values of the plan that no line of a Dockerfile can hold. Hand them over as
 * environment variables and name them alone in argv, which everybody on the machine can read.
 *
 * @throws ImageSpecError E_OPTIONS when a download address, which ARG puts into the history, holds a password.
 */
export function hostBuildArguments(plan: BuildPlan, env: ProcessEnvironment): Record<string, string> {
  const environment = plan.steps.environment;
  const downloads = environment?.manager === "venv" && environment.python.from === "version";
  const values: Record<string, string> = {};
  for (const name of PROXIES) {
    const value = env[name];
    if (value) values[name] = value;
  }
  for (const { variable, argument } of downloads ? PYTHON_SOURCES : []) {
    const value = env[variable];
    if (!value) continue;
    if (holdsPassword(value)) {
      throw new ImageSpecError(
        "E_OPTIONS",
        `${variable} holds a user name or password, which the image's history would keep`,
        { hint: `Set ${variable} to an address without one, or unset it.` },
      );
    }
    values[argument] = value;
  }
  return { ...values, ...buildArguments(plan) };
}

/** True for an address with user information; a proxy's may have no scheme. */
export function holdsPassword(address: string): boolean {
  return /(^|\/\/)[^/]*@/.test(address);
}
