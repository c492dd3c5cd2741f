import { type BuildPlan, type Identity, identify, planImage, type ResolvedSpec, resolveSpec } from "@imagespec/core";
import type { Target } from "../spec-file/read-targets.ts";
import type { CommandContext } from "./command-context.ts";

/** A target with everything that is known without network or daemon. */
export interface ResolvedTargetPlan {
  resolved: ResolvedSpec;
  identity: Identity;
  plan: BuildPlan;
}

/** Resolves, identifies and plans one target, with the platforms of the command line. */
export async function resolveTarget({ spec }: Target, context: CommandContext): Promise<ResolvedTargetPlan> {
  const { line, env, signal } = context;
  const resolved = await resolveSpec(spec, {
    env,
    signal,
    skipSecretFiles: true,
    ...(line.platform === undefined ? {} : { platforms: line.platform.split(",") }),
  });
  for (const warning of resolved.warnings) context.tell(`warning: ${warning}\n`);
  const identity = identify(resolved);
  return { resolved, identity, plan: planImage(resolved, identity) };
}
