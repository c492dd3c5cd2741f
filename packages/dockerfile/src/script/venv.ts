import {
  activateScript,
  ENVIRONMENT_PREFIXES,
  type EnvironmentStep,
  PYTHON_FOLDER,
  shellWord,
  type UserStep,
} from "@imagespec/core/builder";
import { chownScript } from "./fragment/chown.ts";
import { FAIL_FUNCTION } from "./fragment/fail.ts";
import { PYTHON_SOURCE_LINES } from "./fragment/python-sources.ts";
import type { StepTools } from "./fragment/step-tools.ts";
import { uvSettings } from "./fragment/uv-settings.ts";

type Venv = Extract<EnvironmentStep, { manager: "venv" }>;

const VERSION_OF = "-c 'import sys; print(\"%d.%d.%d\" % sys.version_info[:3])'";

/**
 * Makes the virtual environment, or extends the one the base has. A conda environment of the base is linked to from
 * the usual place, so that PATH says the same in both cases. It becomes the user's.
 */
export function venvScript(step: Venv, tools: StepTools, user: UserStep): string[] {
  const { prefix } = step;
  const conda = ENVIRONMENT_PREFIXES.conda;
  return [
    ...uvSettings(tools),
    FAIL_FUNCTION,
    ...(step.python.from === "version" ? PYTHON_SOURCE_LINES : []),
    "made=;",
    `if [ ! -x ${prefix}/bin/python ] && [ -x ${conda}/bin/python ]; then ln -s ${conda} ${prefix}; fi;`,
    // uv would make it in a folder that a link leads to, if that is empty.
    `if [ -L ${prefix} ] && [ ! -x ${prefix}/bin/python ]; then`,
    `fail E_BUILD 'the link ${prefix} of the base image does not lead to an environment'; fi;`,
    ...(step.python.from === "version"
      ? extendOrMakeOfVersion(prefix, step.python.version)
      : extendOrMakeOf(prefix, step.python)),
    ...plain(prefix),
    ...chownScript([prefix], { user: user.name }),
  ];
}

function extendOrMakeOf(prefix: string, python: Exclude<Venv["python"], { from: "version" }>): string[] {
  const isNamed = python.from === "exec";
  const path = isNamed ? python.path : "python3";
  const missing = `the base image has no ${path}${isNamed ? ", which pythonExec names" : " on its PATH"}`;
  return [
    `if [ ! -x ${prefix}/bin/python ]; then`,
    `python=$(command -v ${shellWord(path)}) || fail E_NO_PYTHON ${shellWord(missing)};`,
    `uv venv --python "$python"${isNamed ? " --system-site-packages" : ""} ${prefix}; made=yes;`,
    "fi;",
  ];
}

function extendOrMakeOfVersion(prefix: string, version: string): string[] {
  const matches = `${version}|${version}.*`;
  return [
    `if [ -x ${prefix}/bin/python ]; then`,
    `found=$(${prefix}/bin/python ${VERSION_OF});`,
    `case "$found" in ${matches}) ;; *)`,
    `fail E_UNSUPPORTED "pythonVersion is ${version}, and the base image's environment has Python $found";; esac;`,
    "else",
    // A base whose python3 is broken is treated like one that has none.
    `python=$(command -v python3) && found=$("$python" ${VERSION_OF}) || found=none;`,
    `case "$found" in ${matches}) uv venv --python "$python" ${prefix};; *)`,
    "export UV_PYTHON_DOWNLOADS=automatic;",
    `known=$(uv python list --only-downloads ${version});`,
    `[ -n "$known" ] || fail E_NO_PYTHON 'uv has no Python ${version} for the base image';`,
    `uv venv --python-preference only-managed --python ${version} ${prefix};; esac;`,
    "made=yes;",
    "fi;",
  ];
}

// uv links to the interpreter by the way that led to it, and names itself in pyvenv.cfg.
const PLAIN_SCRIPT = (prefix: string) =>
  [
    `import os; link = "${prefix}/bin/python"; target = os.path.realpath(link); os.unlink(link); os.symlink(target, link);`,
    `path = "${prefix}/pyvenv.cfg"; lines = [line for line in open(path) if not line.startswith(("home =", "uv ="))];`,
    `open(path, "w").writelines(["home = %s\\n" % os.path.dirname(target)] + lines)`,
  ].join(" ");

/**
 * Turns uv's environment into the one that all builders make: without the files uv keeps for itself and for obsolete
 * tools (virtualenv's patch of distutils), and with a single activation script, for sh.
 */
function plain(prefix: string): string[] {
  const site = `${prefix}/lib/python3*/site-packages`;
  return [
    'if [ -n "$made" ]; then',
    `rm -f ${prefix}/.gitignore ${prefix}/.lock ${prefix}/CACHEDIR.TAG ${site}/_virtualenv.py ${site}/_virtualenv.pth;`,
    `${prefix}/bin/python -sSB -c ${shellWord(PLAIN_SCRIPT(prefix))};`,
    `rm -f ${prefix}/bin/activate* ${prefix}/bin/deactivate.bat ${prefix}/bin/pydoc.bat;`,
    "printf '%s\\n'",
    ...activateScript(prefix).map(shellWord),
    `>${prefix}/bin/activate;`,
    `rm -rf ${PYTHON_FOLDER}/.lock ${PYTHON_FOLDER}/.gitignore ${PYTHON_FOLDER}/.temp;`,
    // The bytecode in the archive was made for files with other times.
    `if [ -d ${PYTHON_FOLDER} ] && command -v find >/dev/null; then find ${PYTHON_FOLDER} -name __pycache__ -prune -exec rm -rf {} +; fi;`,
    `for link in ${PYTHON_FOLDER}/*; do if [ -L "$link" ]; then rm "$link"; fi; done;`,
    "fi;",
  ];
}
