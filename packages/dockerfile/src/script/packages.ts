import {
  type EnvironmentStep,
  LOCKED_OPTIONS,
  type PackagesStep,
  POETRY_PACKAGES,
  secretVariable,
  shellWord,
  type UserStep,
} from "@imagespec/core/builder";
import { checkPackages } from "./fragment/check-packages.ts";
import { chownScript } from "./fragment/chown.ts";
import { SYSTEM_PATH } from "./fragment/fail.ts";
import { forgetFiles } from "./fragment/forget-files.ts";
import { findInterpreter } from "./fragment/interpreter.ts";
import type { StepTools } from "./fragment/step-tools.ts";
import { uvSettings } from "./fragment/uv-settings.ts";

const [POETRY, EXPORT] = POETRY_PACKAGES;

/** What the step that installs packages needs of a plan. */
export interface PackagesQuestion {
  step: PackagesStep;
  environment: EnvironmentStep;
  user: UserStep;
  tools: StepTools;
}

/** Where the context keeps the projects that are built. */
export const PROJECT_FILES = "requirements/projects";

/** What of the context a step needs for packages of other origins; undefined for nothing. */
export function packageFiles({ source }: PackagesStep): string | undefined {
  if (source.from === "pylock" && source.requirements === undefined) return source.lock;
  return source.from === "requirements" && source.requirements === undefined ? undefined : "requirements";
}

/**
 * Installs the Python packages of the spec, but no projects that are built, into its environment with uv, in one
 * resolution; they become the user's.
 */
export function packagesScript({ step, environment, user, tools }: PackagesQuestion): string[] {
  return [
    SYSTEM_PATH,
    ...uvSettings(tools),
    ...secretSettings(step),
    findInterpreter(environment.prefix),
    // uv and the tools that build source distributions leave locks in the folder for temporary files.
    `scratch=$("$interpreter" -sSB -c ${shellWord("import tempfile; print(tempfile.mkdtemp())")}); export "TMPDIR=$scratch";`,
    ...installScript(step, environment, tools),
    `; rm -rf "$scratch" ${environment.prefix}/.lock; unset TMPDIR;`,
    ...forgetFiles(environment, "index"),
    ...checkPackages(environment.prefix),
    ...chownScript([environment.prefix], { user: user.name }),
  ];
}

function installScript(step: PackagesStep, environment: EnvironmentStep, tools: StepTools): string[] {
  const python = `${environment.prefix}/bin/python`;
  const indexes = indexOptions(step);
  const backend = step.torchBackend === undefined ? [] : [`--torch-backend ${shellWord(step.torchBackend)}`];
  const options = [...indexes, ...backend, ...step.extraArgs.map(shellWord)];
  const file = (path: string) => shellWord(mountedPath(tools.requirements, path));
  const { source } = step;
  if (source.from === "requirements") {
    return [
      `uv pip install --python ${python}`,
      ...options,
      ...(source.requirements === undefined ? [] : [`-r ${file(source.requirements)}`]),
      ...source.packages.map(shellWord),
    ];
  }
  if (source.from === "pylock") {
    const served = source.requirements;
    return [
      ...(served === undefined
        ? []
        : [`uv pip install --python ${python}`, ...options, ...LOCKED_OPTIONS, `-r ${file(served)};`]),
      `uv pip install --python ${python}`,
      ...options,
      `-r ${file(source.lock)}`,
    ];
  }
  const project = file(folderOf(source.lock));
  if (source.from === "uv-lock") {
    return [
      // The lock was made under the settings of the pyproject.toml it is shipped with, so that file is read.
      "unset UV_NO_CONFIG;",
      `export UV_PROJECT_ENVIRONMENT=${environment.prefix};`,
      `uv sync --locked --no-dev --no-install-project --inexact --python ${python} --project ${project}`,
      ...options,
    ];
  }
  return [
    'export UV_TOOL_DIR="$scratch";',
    `(cd ${project} && uv tool run --python ${python}`,
    `--from ${shellWord(POETRY)}`,
    `--with ${shellWord(EXPORT)}`,
    ...indexes,
    `poetry --no-interaction export --format requirements.txt${source.withoutUrls ? " --without-urls" : ""} --output "$scratch/locked.txt");`,
    `uv pip install --python ${python}`,
    ...options,
    ...(source.withoutUrls ? LOCKED_OPTIONS : []),
    '-r "$scratch/locked.txt"',
  ];
}

/** Where packages, and what builds them, are looked for. */
export function indexOptions({ index, extraIndexes }: PackagesStep): string[] {
  return [
    ...(index === undefined ? [] : [`--index-url ${shellWord(index)}`]),
    ...extraIndexes.map((url) => `--extra-index-url ${shellWord(url)}`),
  ];
}

/** Tells uv and git of the secret files that are theirs, wherever they are mounted. */
export function secretSettings({ secrets }: PackagesStep): string[] {
  const variables = secrets.flatMap(({ target }) => {
    const name = secretVariable(target);
    return name === undefined ? [] : [`${name}=${shellWord(target)}`];
  });
  return variables.length === 0 ? [] : [`export ${variables.join(" ")};`];
}

/** Where a path of the context's `requirements` stands, whose content is mounted at a folder. */
export function mountedPath(folder: string, path: string): string {
  return path.replace(/^requirements(?=\/|$)/, () => folder);
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
