import type { BuildEvent, BuildOutcome } from "@imagespec/core";
import { outcomeLine, type Progress, seconds, stepName } from "./progress.ts";

/** One line for each event and nothing redrawn: for logs. */
export class PlainLines implements Progress {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(event: BuildEvent): void {
    if (event.type === "log") this.#line(`  | ${event.line}`);
    else if (event.type === "warning") {
      this.#line(`warning: ${event.message}${event.hint === undefined ? "" : `\n  hint: ${event.hint}`}`);
    } else if (event.type === "step") {
      const time = event.seconds === undefined ? "" : ` (${seconds(event.seconds)})`;
      this.#line(`${event.status === "started" ? "..." : event.status} ${stepName(event)}${time}`);
    } else if (event.total !== undefined && event.current >= event.total) {
      // Only the end: a log has no use for percentages.
      this.#line(`done ${stepName(event)}`);
    }
  }

  outcome(outcome: BuildOutcome): void {
    this.#line(outcomeLine(outcome));
    for (const reason of outcome.status === "built" ? outcome.reasons : []) this.#line(`  ${reason}`);
  }

  stop(): void {}

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}
