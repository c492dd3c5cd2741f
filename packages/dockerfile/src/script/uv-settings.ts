import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";

/** Where uv keeps the Pythons it manages, in the image. */
export const PYTHON_FOLDER = "/opt/python";

/** Settings of every step that installs Python packages: no configuration but the spec's, nothing left behind. */
export function uvSettings(tools: StepTools): string[] {
  return [
    "set -e;",
    ...trustLines(tools),
    // Settings of the base image for its own use of uv would clash with the environment named on the command line.
    "unset UV_COMPILE_BYTECODE UV_SYSTEM_PYTHON UV_BREAK_SYSTEM_PACKAGES UV_CONFIG_FILE UV_PROJECT_ENVIRONMENT UV_PYTHON VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME;",
    `export HOME=/root PIP_CONFIG_FILE=/dev/null UV_NO_CONFIG=1 UV_LINK_MODE=copy UV_NO_PROGRESS=1 PYTHONDONTWRITEBYTECODE=1 ${cacheSetting(tools)};`,
    `export UV_PYTHON_INSTALL_DIR=${PYTHON_FOLDER} UV_PYTHON_DOWNLOADS=never "PATH=${tools.bin}:$PATH";`,
  ];
}

/** uv's cache setting: the shared folder, or none at all. */
export function cacheSetting(tools: StepTools): string {
  return tools.cache === undefined ? "UV_NO_CACHE=1" : `UV_CACHE_DIR=${tools.cache}`;
}
