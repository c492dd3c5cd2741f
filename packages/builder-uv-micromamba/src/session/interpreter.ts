import { isImageSpecError, runTool } from "@imagespec/core/builder";
import { isOfVersion } from "../target/python-target.ts";
import type { BuildSession } from "./build-session.ts";
import { knownAnswer } from "./known-answer.ts";

/** A CPython on this machine. */
export interface Interpreter {
  path: string;
  version: string;
}

/** The system's codes for a file that is no program for this machine, or whose loader or interpreter is missing. */
const RUNS_NOTHING: ReadonlySet<unknown> = new Set(["ENOENT", "ENOEXEC", "EACCES", "EPERM", "ELIBBAD"]);

/** Prints the version and the interpreter's path, and then the shared library that it is in, where it is in one. */
const ASK = `
import sys
print(sys.implementation.name, "%d.%d.%d" % sys.version_info[:3], sys.executable)
try:
    with open("/proc/self/maps") as maps:
        paths = {line.rstrip("\\n").split(None, 5)[5] for line in maps if "/libpython" in line}
except OSError:
    paths = {"unknown"}
print("\\n".join(sorted(paths)))
`;

/**
 * The interpreter that a program starts; undefined where there is no program, or where it is not a CPython of the
 * wanted version. It is not started in the project's folder, since version managers put scripts on PATH that choose an
 * interpreter by the working directory.
 */
export async function interpreterOf(
  { records, signal }: Pick<BuildSession, "records" | "signal">,
  program: string | undefined,
  wanted: string,
): Promise<Interpreter | undefined> {
  if (program === undefined) return undefined;
  const found = await knownAnswer(records, { kind: "interpreters", program }, () => ask(program, signal));
  return found !== undefined && isOfVersion(found.version, wanted) ? found : undefined;
}

async function ask(
  program: string,
  signal: AbortSignal,
): Promise<{ answer: Interpreter; libraries: string[] } | undefined> {
  const said = await answerOf(program, signal);
  const [first = "", ...libraries] = said?.trimEnd().split("\n") ?? [];
  const [, version, path] = /^cpython (\d+\.\d+\.\d+) (\/.*)$/.exec(first) ?? [];
  return path === undefined || version === undefined ? undefined : { answer: { path, version }, libraries };
}

/** What the program prints; undefined where it cannot answer. A machine that can start no more programs is an error. */
async function answerOf(program: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout, exitCode } = await runTool(program, ["-sSIc", ASK], { cwd: "/", signal, allowFailure: true });
    return exitCode === 0 ? stdout : undefined;
  } catch (error) {
    if (isImageSpecError(error, "E_TOOL_MISSING") && RUNS_NOTHING.has(error.details.code)) return undefined;
    throw error;
  }
}
