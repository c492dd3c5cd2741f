import type { BuildEvent, BuildOutcome } from "@imagespec/core";
import { BuildSummaries } from "./build-summary.ts";
import { outcomeLine, type Progress, stepName } from "./progress.ts";
import { seconds } from "./terminal-text.ts";

/** Prints a line for each event and redraws nothing, for logs. Lines name their image once there is a second one. */
export class PlainLines implements Progress {
  readonly #write: (text: string) => void;
  readonly #images = new Set<string>();
  readonly #summaries = new BuildSummaries();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  show(event: BuildEvent): void {
    this.#summaries.add(event);
    const of = this.#nameOf(event.image);
    if (event.type === "log") this.#line(`  | ${of}${event.line}`);
    else if (event.type === "warning") {
      this.#line(`warning: ${of}${event.message}${event.hint === undefined ? "" : `\n  hint: ${event.hint}`}`);
    } else if (event.type === "step") {
      const time = event.seconds === undefined ? "" : ` (${seconds(event.seconds)})`;
      this.#line(`${event.status === "started" ? "..." : event.status} ${of}${stepName(event)}${time}`);
    }
    // Progress is left out of a log. The summary says how much was moved in all.
  }

  outcome(outcome: BuildOutcome): void {
    this.#line(outcomeLine(outcome));
    for (const reason of outcome.status === "built" ? outcome.reasons : []) this.#line(`  ${reason}`);
    for (const line of this.#summaries.take(outcome.reference ?? "")) this.#line(`  ${line}`);
  }

  stop(): void {}

  #nameOf(image: string | undefined): string {
    if (image === undefined) return "";
    this.#images.add(image);
    return this.#images.size < 2 ? "" : `${image}: `;
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}
