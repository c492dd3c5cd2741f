import { type EnvironmentStep, ImageSpecError } from "@imagespec/core/builder";
import type { BasePython } from "../base/base-inspector.ts";
import type { EnvironmentQuestion } from "./empty-environment.ts";

type WantedPython = Extract<EnvironmentStep, { manager: "venv" }>["python"];

/**
 * The base's own interpreter that the step asks for.
 *
 * @throws ImageSpecError E_NO_PYTHON.
 */
export async function basePython(python: WantedPython, { base, inspector }: EnvironmentQuestion): Promise<BasePython> {
  const exec = python.from === "exec" ? python.path : undefined;
  const found = await inspector.python(exec ?? "python3");
  if (found !== undefined) return found;
  if (exec !== undefined)
    throw new ImageSpecError("E_NO_PYTHON", `${base.name} has no ${exec}`, { hint: "Correct pythonExec." });
  throw new ImageSpecError("E_NO_PYTHON", `${base.name} has no python3 on its PATH`, {
    hint: 'Set pythonVersion, for example "3.12", or use a base with Python.',
  });
}
