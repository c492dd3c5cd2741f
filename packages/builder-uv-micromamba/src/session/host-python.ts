import type { BuildSession } from "./build-session.ts";
import { type Interpreter, interpreterOf } from "./interpreter.ts";
import { isExecutable, onPath } from "./on-path.ts";

/** What programs on PATH have started, and what uv has found in the cache. */
const FOUND_INTERPRETERS = "found-interpreters";

/**
 * `pythonX.Y` on PATH; undefined where there is none of that version. What a version manager's script started before is
 * started at once: the script takes a quarter of a second. Looked for once in a build.
 */
export function hostPython(session: BuildSession, minor: string): Promise<Interpreter | undefined> {
  return session.once(`host python ${minor}`, async () => {
    const program = onPath(`python${minor}`);
    return program === undefined
      ? undefined
      : ledTo(session, { program }, () => interpreterOf(session, program, minor));
  });
}

/** The interpreter that a search led to before, for as long as it is there in that version; else what it leads to now. */
export async function ledTo(
  session: BuildSession,
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
