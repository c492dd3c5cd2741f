import type { BuildEvent, BuildOutcome } from "@imagespec/core";

/** Shows what happens on standard error. */
export interface Progress {
  show(event: BuildEvent): void;
  outcome(outcome: BuildOutcome): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
}

/** The name of a step, or of the step that progress is of: with its platform where several are built. */
export function stepName({ name, platform }: Extract<BuildEvent, { name: string }>): string {
  return platform === undefined ? name : `${platform} ${name}`;
}

/** One line that says what became of an image. */
export function outcomeLine(outcome: BuildOutcome): string {
  if (outcome.status === "skipped") return "skipped: this is the image's own container";
  const by = outcome.builder === undefined ? "" : ` by ${outcome.builder}`;
  return `${outcome.status}${by}: ${outcome.reference}${outcome.status === "reused" ? ` (${outcome.reasons.join("; ")})` : ""}`;
}
