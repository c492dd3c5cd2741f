import type { BuildPlan } from "@imagespec/core/builder";
import { buildKitInstructions } from "./dialect/buildkit.ts";
import { kanikoInstructions } from "./dialect/kaniko.ts";
import type { RenderOptions } from "./dialect/render-options.ts";
import type { Instruction } from "./instruction/instruction.ts";

/** A plan as a Dockerfile. */
export interface Dockerfile {
  text: string;
  /** What `text` holds, in order: each with the step of the plan it comes from. */
  instructions: readonly Instruction[];
}

/**
 * The plan as a Dockerfile: what the builder of that dialect builds and `imagespec render` prints. Pure: the same
 * plan and options give the same text.
 *
 * @example
 * renderDockerfile(plan, { dialect: "buildkit", builder: "docker-buildx@1.0.0", files }).text;
 */
export function renderDockerfile(plan: BuildPlan, options: RenderOptions): Dockerfile {
  const blocks = options.dialect === "kaniko" ? kanikoInstructions(plan, options) : buildKitInstructions(plan, options);
  const filled = blocks.filter((block) => block.length > 0);
  const texts = filled.map((block) => block.map(({ text }) => text).join("\n"));
  return { text: `${[`# ${plan.reference}, by imagespec`, ...texts].join("\n\n")}\n`, instructions: filled.flat() };
}
