import { ImageBuildEngine } from "@imagespec/core";
import { projectOfModule } from "@imagespec/core/internal";
import type { CommandContext } from "./command-context.ts";

/**
 * An engine with the builders of the working directory's project, then of the spec files', then of the one the CLI is
 * installed in.
 */
export function projectEngine(
  { env }: Pick<CommandContext, "env">,
  ...maybe: readonly (string | undefined)[]
): ImageBuildEngine {
  const folders = maybe.filter((folder) => folder !== undefined);
  return new ImageBuildEngine({ env, root: [process.cwd(), ...folders, projectOfModule(import.meta.filename)] });
}
