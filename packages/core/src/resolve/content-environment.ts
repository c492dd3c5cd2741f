import type { Content } from "../identity/content.ts";
import { condaChannelsOf } from "../spec/conda-channels.ts";
import { isConda } from "../spec/declaring-file.ts";
import { DEFAULT_PYTHON, environmentOf, makesEnvironment } from "../spec/environment-of.ts";
import type { Spec } from "../spec/spec.ts";

/** The Python environment step of a spec, or undefined when nothing in it asks for one. Pure. */
export function contentEnvironment(spec: Spec): Content["environment"] {
  if (!makesEnvironment(spec)) return undefined;
  const { pythonVersion, pythonExec, condaPackages = [], condaChannels = [], bytecode = true } = spec;
  if (isConda(spec)) {
    const inherited = typeof spec.baseImage === "object" ? environmentOf(spec.baseImage)?.pythonVersion : undefined;
    return {
      manager: "conda",
      pythonVersion: pythonVersion ?? inherited ?? DEFAULT_PYTHON,
      packages: condaPackages,
      channels: condaChannelsOf(condaChannels),
      bytecode,
    };
  }
  if (pythonExec !== undefined) return { manager: "venv", python: { from: "exec", path: pythonExec }, bytecode };
  const needsVersion = spec.cuda !== undefined || spec.baseImage !== undefined;
  const version = pythonVersion ?? (spec.cuda === undefined ? undefined : DEFAULT_PYTHON);
  // A default base was chosen by that version already, so its own Python is the wanted one.
  if (!needsVersion || version === undefined) return { manager: "venv", python: { from: "base" }, bytecode };
  return { manager: "venv", python: { from: "version", version }, bytecode };
}
