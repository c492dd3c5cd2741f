import { type BuildHost, type PreparedBuild, prepareBuild, readBuildOptions } from "@imagespec/core/internal";
import type { Target } from "@imagespec/spec-file";
import type { CommandContext } from "../context/command-context.ts";
import { withSmallYoungGeneration } from "./young-generation.ts";

/**
 * Everything that is known about one target without a network or daemon, with the platforms of the command line. `tell`
 * hears of each file.
 */
export async function resolveTarget(
  { spec }: Target,
  context: CommandContext,
  tell?: BuildHost["tell"],
): Promise<PreparedBuild> {
  const { line, env, signal } = context;
  const call = readBuildOptions(spec, { platform: line.platform }, env);
  const prepare = () => prepareBuild(spec, call, { env, signal, tell, skipSecretFiles: true });
  const shipsFiles = spec.sourceRoot !== undefined || spec.copy !== undefined;
  const prepared = await (shipsFiles ? withSmallYoungGeneration(prepare) : prepare());
  for (const warning of prepared.resolved.warnings) context.tell(`warning: ${warning}\n`);
  return prepared;
}
