import { checkPackages, findInterpreter } from "./check-packages.ts";
import { chownScript } from "./chown.ts";
import { SYSTEM_PATH } from "./fail.ts";
import { indexOptions, mountedPath, type PackagesQuestion, secretSettings } from "./packages.ts";
import { quoteShell } from "./quote.ts";
import { uvSettings } from "./uv-settings.ts";

// uv notes the time of a wheel that lies in a folder, which no other builder knows.
const FORGET =
  'import glob, os, sys; paths = glob.glob(sys.argv[1] + "/lib/python3*/site-packages/*.dist-info/uv_cache.json"); ' +
  '[(os.unlink(path), (lambda name: (lambda rows: open(name, "w", newline="").writelines(row for row in rows if "/uv_cache.json," not in row))' +
  '(list(open(name, newline=""))))(os.path.dirname(path) + "/RECORD")) for path in paths]';

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
    `cp -R ${quoteShell(mountedPath(tools.requirements, path))} "$scratch/"${quoteShell(name)};`,
    `uv build --wheel --no-sources --python ${python} --out-dir "$scratch/wheels"`,
    ...indexOptions(step),
    `"$scratch/"${quoteShell(name)};`,
  ]);
  const names = projects.map(({ name, marker }) => quoteShell(marker === undefined ? name : `${name} ; ${marker}`));
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
    `"$interpreter" -sSB -c ${quoteShell(FORGET)} ${environment.prefix};`,
    ...checkPackages(environment.prefix),
    ...chownScript([environment.prefix], { user: user.name }),
  ];
}
