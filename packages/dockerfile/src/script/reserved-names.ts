import type { BuildPlan } from "@imagespec/core/builder";
import { buildArguments } from "../instruction/build-arguments.ts";
import { FAIL_FUNCTION } from "./fragment/fail.ts";
import { PYTHON_SOURCES } from "./fragment/python-sources.ts";

/**
 * Fails where the base sets a variable with the name of a build argument that the plan needs: its value would stand in
 * the argument's place (Dockerfile reference, ARG). Comes before any of them is declared.
 */
export function reservedNamesScript(plan: BuildPlan): string[] {
  const { environment } = plan.steps;
  const downloads = environment?.manager === "venv" && environment.python.from === "version";
  const names = [
    ...(downloads ? PYTHON_SOURCES.map(({ argument }) => argument) : []),
    ...Object.keys(buildArguments(plan)),
  ];
  if (names.length === 0) return [];
  return [
    FAIL_FUNCTION,
    ...names.map(
      (name) =>
        `[ -z "\${${name}+x}" ] || fail E_UNSUPPORTED 'the base image sets ${name}, a name that is reserved for the build';`,
    ),
  ];
}
