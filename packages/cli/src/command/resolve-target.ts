import { type BuildHost, type PreparedBuild, prepareBuild, readBuildOptions } from "@imagespec/core/internal";
import type { Target } from "@imagespec/spec-file";
import type { CommandContext } from "./command-context.ts";

/** Everything that is known about one target without a network or daemon, with the platforms of the command line. `tell` hears of each file. */
export async function resolveTarget(
  { spec }: Target,
  context: CommandContext,
  tell?: BuildHost["tell"],
): Promise<PreparedBuild> {
  const { line, env, signal } = context;
  const call = readBuildOptions(spec, { platform: line.platform }, env);
  const prepared = await prepareBuild(spec, call, { env, signal, tell, skipSecretFiles: true });
  for (const warning of prepared.resolved.warnings) context.tell(`warning: ${warning}\n`);
  return prepared;
}
