import { isOfVersion, type PythonVersion } from "../target/python-target.ts";
import type { BuildSession } from "./build-session.ts";
import { type Interpreter, interpreterOf } from "./interpreter.ts";
import { isMachineCode } from "./known-answer.ts";
import { allOnPath, isExecutable } from "./on-path.ts";

/** The kind of the records that say which interpreter a program on PATH or a question to uv led to. */
const FOUND_INTERPRETERS = "found-interpreters";

/**
 * The `pythonX.Y` on PATH for an image's Python, looked for once in a build: the first of the same X.Y.Z, which behaves
 * as the image's own, else the first CPython X.Y; undefined where there is none.
 */
export function hostPython(
  session: Pick<BuildSession, "once" | "records" | "signal">,
  { minor, version }: PythonVersion,
): Promise<Interpreter | undefined> {
  return session.once(`host python ${minor} for ${version}`, async () => {
    const programs = allOnPath(`python${minor}`);
    const found = new Map<string, Interpreter>();
    for (const program of version === minor ? programs : await scriptsLast(programs)) {
      const interpreter = await ledTo(session, { program }, () => interpreterOf(session, program, minor));
      if (interpreter === undefined) continue;
      if (isOfVersion(interpreter.version, version)) return interpreter;
      found.set(program, interpreter);
    }
    const first = programs.find((program) => found.has(program));
    return first === undefined ? undefined : found.get(first);
  });
}

/**
 * The programs with scripts behind all others: a version manager's script takes a quarter of a second to answer, and an
 * interpreter itself a tenth of that.
 */
async function scriptsLast(programs: readonly string[]): Promise<string[]> {
  const isScript = (await Promise.all(programs.map(isMachineCode))).map((itself) => !itself);
  return [...programs.filter((_, at) => !isScript[at]), ...programs.filter((_, at) => isScript[at])];
}

/**
 * The interpreter that a search has led to before, as long as it is still there in that version; else the one it leads
 * to now. So an interpreter that was found through a script is started without the script the next time.
 */
export async function ledTo(
  session: Pick<BuildSession, "records" | "signal">,
  key: object,
  search: () => Promise<Interpreter | undefined>,
): Promise<Interpreter | undefined> {
  const before = await session.records.get<Interpreter>(FOUND_INTERPRETERS, key);
  if (before !== undefined && isExecutable(before.path)) {
    const again = await interpreterOf(session, before.path, before.version);
    if (again !== undefined) return again;
  }
  const found = await search();
  if (found !== undefined) await session.records.set(FOUND_INTERPRETERS, key, found);
  return found;
}
