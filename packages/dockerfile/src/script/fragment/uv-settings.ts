import { PYTHON_FOLDER } from "@imagespec/core/builder";
import { CLEAN_ENVIRONMENT } from "./clean-environment.ts";
import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";

/** Settings of every step that installs Python packages: no configuration but the spec's, nothing left behind. */
export function uvSettings(tools: StepTools): string[] {
  return [
    "set -e;",
    ...CLEAN_ENVIRONMENT,
    ...trustLines(tools),
    `export HOME=/root PIP_CONFIG_FILE=/dev/null UV_NO_CONFIG=1 UV_LINK_MODE=copy UV_NO_PROGRESS=1 PYTHONDONTWRITEBYTECODE=1 ${cacheSetting(tools)};`,
    `export UV_PYTHON_INSTALL_DIR=${PYTHON_FOLDER} UV_PYTHON_DOWNLOADS=never "PATH=${tools.bin}:$PATH";`,
    // uv creates its folder for credentials as soon as it looks for some.
    `export XDG_DATA_HOME=${tools.bin}/../data;`,
  ];
}

/** uv's cache setting: the shared folder, or none at all. */
export function cacheSetting(tools: StepTools): string {
  return tools.cache === undefined ? "UV_NO_CACHE=1" : `UV_CACHE_DIR=${tools.cache}`;
}
