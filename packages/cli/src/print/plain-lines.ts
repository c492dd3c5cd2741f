import type { BuildEvent, BuildOutcome } from "@imagespec/core";
import { BuildSummaries } from "./build-summary.ts";
import { outcomeLine, type Progress, seconds, stepName } from "./progress.ts";

/** One line for each event and nothing redrawn: for logs. */
export class PlainLines implements Progress {
  readonly #write: (text: string) => void;
  readonly #summaries = new BuildSummaries();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(event: BuildEvent): void {
    this.#summaries.add(event);
    if (event.type === "log") this.#line(`  | ${event.line}`);
    else if (event.type === "warning") {
      this.#line(`warning: ${event.message}${event.hint === undefined ? "" : `\n  hint: ${event.hint}`}`);
    } else if (event.type === "step") {
      const time = event.seconds === undefined ? "" : ` (${seconds(event.seconds)})`;
      this.#line(`${event.status === "started" ? "..." : event.status} ${stepName(event)}${time}`);
    }
    // A log has no use for how far something is: what was moved in all stands in the summary.
  }

  outcome(outcome: BuildOutcome): void {
    this.#line(outcomeLine(outcome));
    for (const reason of outcome.status === "built" ? outcome.reasons : []) this.#line(`  ${reason}`);
    for (const line of this.#summaries.take(outcome.reference ?? "")) this.#line(`  ${line}`);
  }

  stop(): void {}

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}
