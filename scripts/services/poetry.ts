import { join } from "node:path";
import { cached } from "./cache.ts";
import { command, say } from "./command.ts";
import { ensureUv } from "./uv.ts";

const POETRY_VERSION = "2.5.1";

/** Path of poetry, which makes the locks that specs name. `uv tool run` would ask the package index each time. */
export async function ensurePoetry(): Promise<string> {
  const uv = join(await ensureUv(), "uv");
  const folder = await cached(`tools/poetry/${POETRY_VERSION}`, async (target) => {
    say(`installing poetry ${POETRY_VERSION}`);
    // It is made under another name than it is used by.
    await command(uv, ["venv", "--quiet", "--relocatable", target]);
    const python = join(target, "bin/python");
    await command(uv, [
      "pip",
      "install",
      "--quiet",
      "--compile-bytecode",
      "--python",
      python,
      `poetry==${POETRY_VERSION}`,
    ]);
  });
  return join(folder, "bin/poetry");
}
