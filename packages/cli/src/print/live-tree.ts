import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import type { BuildEvent, BuildOutcome } from "@imagespec/core";
import pc from "picocolors";
import { BuildSummaries } from "./build-summary.ts";
import { outcomeLine, type Progress, stepName } from "./progress.ts";
import { seconds, shortened } from "./terminal-text.ts";
import { Transfer } from "./transfer.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const INTERVAL = 100;
const LOG_LINES = 6;

interface Row {
  name: string;
  status: "started" | "done" | "cached" | "failed";
  started: number;
  seconds: number | undefined;
  transfer: Transfer | undefined;
  isStep: boolean;
}

/**
 * Images with their steps, redrawn in place, and the last lines of the log below. Finished images scroll away above.
 */
export class LiveTree implements Progress {
  readonly #stream: WriteStream;
  readonly #images = new Map<string, Map<string, Row>>();
  readonly #timer: NodeJS.Timeout;
  readonly #summaries = new BuildSummaries();
  #log: string[] = [];
  #drawn = 0;
  #frame = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    this.#timer = setInterval(() => this.#draw(), INTERVAL);
    this.#timer.unref();
  }

  show(event: BuildEvent): void {
    this.#summaries.add(event);
    if (event.type === "log") {
      // A tool's colours and cursor movements would break the drawing.
      this.#log = [...this.#log, stripVTControlCharacters(event.line)].slice(-LOG_LINES);
    } else if (event.type === "warning") {
      this.#above(`${pc.yellow("warning")} ${event.message}${event.hint === undefined ? "" : `\n  ${event.hint}`}`);
    } else this.#update(event);
  }

  outcome(outcome: BuildOutcome): void {
    const mark = outcome.status === "built" ? pc.green("✓") : pc.cyan("•");
    this.#settle();
    const summary = this.#summaries.take(outcome.reference ?? "").map((line) => pc.dim(`\n  ${line}`));
    this.#above(`${mark} ${outcomeLine(outcome)}${summary.join("")}`);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#settle();
  }

  #update(event: Extract<BuildEvent, { type: "step" | "progress" }>): void {
    const image = event.image ?? "";
    const rows = this.#images.get(image) ?? new Map<string, Row>();
    this.#images.set(image, rows);
    const name = stepName(event);
    const started = performance.now();
    const fresh: Row = { name, status: "started", started, seconds: undefined, transfer: undefined, isStep: false };
    const row = rows.get(name) ?? fresh;
    rows.set(name, row);
    if (event.type === "step") {
      row.isStep = true;
      row.status = event.status;
      row.seconds = event.seconds;
    } else {
      row.transfer ??= new Transfer(performance.now());
      row.transfer.update(event, performance.now());
      // Progress outside a step is over when all of it has arrived.
      if (!row.isStep) row.status = event.total !== undefined && event.current >= event.total ? "done" : "started";
    }
  }

  /** Draws the tree a last time and leaves it standing. */
  #settle(): void {
    this.#log = [];
    this.#draw();
    this.#images.clear();
    this.#drawn = 0;
  }

  #above(text: string): void {
    this.#stream.write(`${this.#erase()}${text}\n`);
    this.#drawn = 0;
    this.#draw();
  }

  #draw(): void {
    this.#frame++;
    const lines = [...this.#tree(), ...this.#log.map((line) => pc.dim(`    ${line}`))];
    const shown = lines.slice(-Math.max(1, (this.#stream.rows || 24) - 1)).map((line) => this.#cut(line));
    this.#stream.write(this.#erase() + shown.map((line) => `${line}\n`).join(""));
    this.#drawn = shown.length;
  }

  #tree(): string[] {
    return [...this.#images].flatMap(([image, rows]) => [
      ...(image === "" ? [] : [pc.bold(image)]),
      ...[...rows.values()].map((row) => {
        const detail = this.#detail(row);
        // A long name is cut so that the rest of the line, its times and sizes, stays.
        const name = shortened(row.name, this.#width - "  ✓  ".length - detail.length);
        return `  ${this.#mark(row)} ${name} ${pc.dim(detail)}`;
      }),
    ]);
  }

  #mark({ status }: Row): string {
    if (status === "started") return pc.cyan(FRAMES[this.#frame % FRAMES.length] ?? "");
    return status === "failed" ? pc.red("✗") : pc.green(status === "cached" ? "=" : "✓");
  }

  #detail(row: Row): string {
    const time = row.status === "started" ? (performance.now() - row.started) / 1000 : row.seconds;
    return [row.transfer?.text(), time === undefined ? "" : seconds(time)].filter(Boolean).join(" ");
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\u001b[${this.#drawn}F\u001b[J`;
  }

  /** Cuts a line to the width, since a wrapped line would be erased as one. A line that is cut loses its colours. */
  #cut(line: string): string {
    const plain = stripVTControlCharacters(line);
    return plain.length <= this.#width ? line : shortened(plain, this.#width);
  }

  /** Columns of a line; the last one is left free. */
  get #width(): number {
    return (this.#stream.columns || 80) - 1;
  }
}
