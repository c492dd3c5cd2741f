import { shellWord } from "@imagespec/core/builder";
import { checkPackages } from "./fragment/check-packages.ts";
import { chownScript } from "./fragment/chown.ts";
import { SYSTEM_PATH } from "./fragment/fail.ts";
import { forgetFiles } from "./fragment/forget-files.ts";
import { findInterpreter } from "./fragment/interpreter.ts";
import { uvSettings } from "./fragment/uv-settings.ts";
import { indexOptions, mountedPath, type PackagesQuestion, secretSettings } from "./packages.ts";

/** Whether a plan has projects to build. */
export function hasProjects({ source }: PackagesQuestion["step"]): boolean {
  return source.from === "pylock" && source.projects.length > 0;
}

/**
 * Builds a wheel of each project and installs those whose marker holds, without what they need, which the step before
 * has installed. A wheel is built in a copy, since what is mounted cannot be written to.
 */
export function projectsScript({ step, environment, user, tools }: PackagesQuestion): string[] {
  if (step.source.from !== "pylock") return [];
  const { projects } = step.source;
  const python = `${environment.prefix}/bin/python`;
  const builds = projects.flatMap(({ path, name }) => [
    `cp -R ${shellWord(mountedPath(tools.requirements, path))} "$scratch/"${shellWord(name)};`,
    `uv build --wheel --no-sources --python ${python} --out-dir "$scratch/wheels"`,
    ...indexOptions(step),
    `"$scratch/"${shellWord(name)};`,
  ]);
  const names = projects.map(({ name, marker }) => shellWord(marker === undefined ? name : `${name} ; ${marker}`));
  return [
    SYSTEM_PATH,
    ...uvSettings(tools),
    ...secretSettings(step),
    findInterpreter(environment.prefix),
    'scratch=$(mktemp -d); export "TMPDIR=$scratch";',
    ...builds,
    `uv pip install --python ${python} --no-deps --no-index --find-links "$scratch/wheels" --reinstall`,
    ...names,
    `; rm -rf "$scratch" ${environment.prefix}/.lock; unset TMPDIR;`,
    ...forgetFiles(environment, "folder"),
    ...checkPackages(environment.prefix),
    ...chownScript([environment.prefix], { user: user.name }),
  ];
}
