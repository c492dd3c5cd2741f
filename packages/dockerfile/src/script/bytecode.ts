import { COMPILE_SCRIPT, type EnvironmentStep, PYTHON_FOLDER, shellWord, type UserStep } from "@imagespec/core/builder";
import { chownScript } from "./fragment/chown.ts";
import { CLEAN_ENVIRONMENT } from "./fragment/clean-environment.ts";

/** Whether the Python below the environment may be one that we installed. */
export function hasManagedPython(environment: EnvironmentStep): boolean {
  return environment.manager === "venv" && environment.python.from === "version";
}

/**
 * Compiles what is new in the environment's site-packages, and the Python that we installed. The user owns what is
 * written into the environment.
 */
export function bytecodeScript(environment: EnvironmentStep, user: UserStep): string[] {
  const { prefix } = environment;
  const managed = hasManagedPython(environment) ? ` ${PYTHON_FOLDER}/*/lib/python3*` : "";
  return [
    "set -e;",
    ...CLEAN_ENVIRONMENT,
    `if [ -x ${prefix}/bin/python ]; then`,
    `PYTHONHASHSEED=0 ${prefix}/bin/python -sSB -W ignore -c ${shellWord(COMPILE_SCRIPT)} '' ${prefix}/lib/python3*/site-packages${managed}; fi;`,
    ...chownScript([prefix], { user: user.name }),
  ];
}
