import type { BuildEvent, BuildOutcome } from "@imagespec/core";

/** Shows what happens, on standard error. */
export interface Progress {
  show(event: BuildEvent): void;
  outcome(outcome: BuildOutcome): void;
  /** Leaves the terminal as it was found. */
  stop(): void;
}

/** `1.2 s`, `2 min 5 s`. */
export function seconds(value: number): string {
  // What rounds to a minute is one.
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A text of at most `length` characters, with `…` in place of an end that is left out. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1)).trimEnd()}…`;
}

/** A text from outside, with dots in place of control characters, which a terminal would carry out. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}

/** What a step or its progress is called: with its platform, where several are built. */
export function stepName({ name, platform }: Extract<BuildEvent, { name: string }>): string {
  return platform === undefined ? name : `${platform} ${name}`;
}

/** One line that says what became of an image. */
export function outcomeLine(outcome: BuildOutcome): string {
  if (outcome.status === "skipped") return "skipped: this is the image's own container";
  const by = outcome.builder === undefined ? "" : ` by ${outcome.builder}`;
  return `${outcome.status}${by}: ${outcome.reference}${outcome.status === "reused" ? ` (${outcome.reasons.join("; ")})` : ""}`;
}
