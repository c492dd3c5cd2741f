import type { Instruction } from "@imagespec/dockerfile";

/** What BuildKit counts in a stage; the rest only changes the image's config. */
const COUNTED = new Set(["FROM", "ADD", "COPY", "RUN", "WORKDIR"]);

/**
 * The instruction that BuildKit means by the name of a step, `[stage-2 4/9] RUN ...`: by its number in the last stage,
 * since the text after it has its variables replaced. Undefined for another stage's, and for what is no instruction.
 * `place` is the part in brackets, with the space behind it.
 */
export function vertexInstruction(
  name: string,
  instructions: readonly Instruction[],
): { place: string; instruction: Instruction | undefined } {
  const [, place = "", stage = "", nth, total, keyword] =
    /^(\[(?:([^\]]*) )? *(\d+)\/(\d+)\] )([A-Z]+)/.exec(name) ?? [];
  const last = instructions.findLastIndex((one) => one.keyword === "FROM");
  const counted = instructions.slice(Math.max(last, 0)).filter((one) => COUNTED.has(one.keyword));
  const found = counted[Number(nth) - 1];
  const ours = isLastStage(stage.trim()) && Number(total) === counted.length && found?.keyword === keyword;
  return { place, instruction: ours ? found : undefined };
}

/** The last stage has no name of its own: `stage-2`, with the platform in front where there are several. */
function isLastStage(stage: string): boolean {
  const own = stage.split(/\s+/).at(-1) ?? "";
  return own === "" || /^stage-\d+$/.test(own) || own.includes("/");
}
