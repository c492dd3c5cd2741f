import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { cached } from "../../scripts/services/cache.ts";

/** The version that both sides work with. */
export const FLYTEKIT = "1.16.31";

/** The Python of an environment that holds flytekit from PyPI; made the first time. */
export async function ensureFlytekit(): Promise<string> {
  const venv = await cached(`bench/flytekit-${FLYTEKIT}`, async (target) => {
    await runTool("uv", ["venv", "--relocatable", target]);
    await runTool("uv", ["pip", "install", "--python", join(target, "bin/python"), `flytekit==${FLYTEKIT}`]);
  });
  return join(venv, "bin/python");
}
