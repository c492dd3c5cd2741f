import { COMPILE_SCRIPT, type EnvironmentStep, type UserStep } from "@imagespec/core/builder";
import { ownScript } from "./own.ts";
import { quoteShell } from "./quote.ts";

/** Compiles what is new in the environment's site-packages; the bytecode is the user's. */
export function bytecodeScript({ prefix }: EnvironmentStep, user: UserStep): string[] {
  return [
    "set -e;",
    `if [ -x ${prefix}/bin/python ]; then`,
    `PYTHONHASHSEED=0 ${prefix}/bin/python -sSB -W ignore -c ${quoteShell(COMPILE_SCRIPT)} '' ${prefix}/lib/python3*/site-packages; fi;`,
    ...ownScript([prefix], { user: user.name }),
  ];
}
