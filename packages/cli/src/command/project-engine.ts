import { ImageBuildEngine } from "@imagespec/core";
import { projectOfModule } from "@imagespec/core/internal";
import type { CommandContext } from "./command-context.ts";

/**
 * An engine with the builders of the working directory's project, then of the spec file's, then of the one the CLI is
 * installed in.
 */
export function projectEngine({ env }: CommandContext, folder?: string): ImageBuildEngine {
  const folders = folder === undefined ? [] : [folder];
  return new ImageBuildEngine({ env, root: [process.cwd(), ...folders, projectOfModule(import.meta.filename)] });
}
