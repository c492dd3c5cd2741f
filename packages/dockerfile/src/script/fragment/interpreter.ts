import { shellWord } from "@imagespec/core/builder";

/** Finds the environment's interpreter, before packages are installed that might replace its link. */
export function findInterpreter(prefix: string): string {
  const find = "import os, sys; print(os.path.realpath(sys.executable))";
  return `interpreter=$(${prefix}/bin/python -sSB -c ${shellWord(find)});`;
}

/**
 * Runs a program of several lines by the interpreter that {@link findInterpreter} found, apart from what is installed.
 */
export function interpret(program: string, ...args: readonly string[]): string[] {
  const lines = program.trim().split("\n").map(shellWord);
  return ["printf '%s\\n'", ...lines, `| "$interpreter" -IsSB - ${args.map(shellWord).join(" ")};`];
}
