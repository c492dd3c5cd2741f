import type { PlanSteps } from "@imagespec/core/builder";

/** One instruction of a Dockerfile and where it comes from. */
export interface Instruction {
  /** In capital letters: `FROM`, `RUN`, `COPY`. */
  keyword: string;
  /** As it stands in the Dockerfile, without the last line end; a continued one has several lines. */
  text: string;
  /** The step of the plan that it carries out; `base` for stages and what starts them. */
  step: keyof PlanSteps | "base";
  /** What it does, in a few words, for progress and errors. */
  title: string;
}

const LONGEST_TITLE = 100;

/** An instruction; without a title of its own it is called by its text. */
export function instruction(step: Instruction["step"], text: string, title = shortened(text)): Instruction {
  return { keyword: /^\w+/.exec(text)?.[0] ?? "", text, step, title };
}

/** A text as the name of something: one line of at most 100 characters. */
export function shortened(text: string): string {
  const plain = text.replaceAll(/\\?\s+/g, " ").trim();
  return plain.length > LONGEST_TITLE ? `${plain.slice(0, LONGEST_TITLE - 1)}…` : plain;
}
