import type { BuildPlan } from "@imagespec/core/builder";
import type { Instruction } from "../instruction/instruction.ts";
import { configInstructions, envInstructions } from "./metadata.ts";
import type { RenderOptions } from "./render-options.ts";

/**
 * The blocks of the stage that becomes the image, as far as the dialects differ in them; empty for what is not asked
 * for.
 */
export interface StageBlocks {
  /** FROM and what follows from it, after the stages of tools. */
  start: Instruction[];
  user: Instruction[];
  apt: Instruction[];
  environment: Instruction[];
  packages: Instruction[];
  files: Instruction[];
  commands: Instruction[];
  /** Removes what no step needs any more. */
  cleanUp: Instruction[];
}

/**
 * The order in which both dialects carry out a plan. It is the order of {@link PlanSteps} but for the user, whose
 * account comes first because the environment and the files are given to it; `USER` stays with the configuration at the
 * end.
 */
export function finalStage(plan: BuildPlan, options: RenderOptions, blocks: StageBlocks): Instruction[][] {
  return [
    blocks.start,
    blocks.user,
    blocks.apt,
    blocks.environment,
    blocks.packages,
    envInstructions(plan),
    blocks.files,
    blocks.commands,
    blocks.cleanUp,
    configInstructions(plan, options.builder),
  ];
}
