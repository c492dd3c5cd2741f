import type { BuildEvent } from "@imagespec/core/builder";
import { parseStepFailure, type StepFailureCode } from "@imagespec/dockerfile";
import { stepTitle } from "./step-title.ts";

const TAIL_LINES = 50;

interface Step {
  title: string;
  /** As BuildKit names it: the instruction. */
  name: string;
  status: "started" | "done" | "cached" | "failed";
}

/** What a build says while it runs: passes it on as events and keeps what an error needs. */
export class BuildLog {
  readonly #emit: (event: BuildEvent) => void;
  readonly #steps = new Map<string, Step>();
  readonly #tail: string[] = [];
  #failed: string | undefined;
  #fault: { code: StepFailureCode; message: string } | undefined;

  constructor(emit: (event: BuildEvent) => void) {
    this.#emit = emit;
  }

  /** The last 50 lines that steps and docker printed. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** The instruction that failed, as BuildKit names it. */
  get failedStep(): string | undefined {
    return this.#failed;
  }

  /** A fault that a step named itself. */
  get fault(): { code: StepFailureCode; message: string } | undefined {
    return this.#fault;
  }

  start(id: string, name: string): void {
    if (this.#steps.has(id)) return;
    const title = stepTitle(name);
    this.#steps.set(id, { title, name, status: "started" });
    this.#emit({ type: "step", name: title, status: "started" });
  }

  end(id: string, status: "done" | "cached" | "failed", seconds?: number): void {
    const step = this.#steps.get(id);
    if (step === undefined || step.status !== "started") return;
    step.status = status;
    if (status === "failed") this.#failed ??= step.name;
    this.#emit({ type: "step", name: step.title, status, ...(seconds === undefined ? {} : { seconds }) });
  }

  line(printed: string, stream: "stdout" | "stderr"): void {
    if (printed.trim() === "") return;
    const text = withoutScript(printed);
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.#fault ??= parseStepFailure(text);
    this.#emit({ type: "log", stream, line: text });
  }

  progress(name: string, current: number, total: number | undefined): void {
    this.#emit({ type: "progress", name, current, ...(total ? { total } : {}), unit: "bytes" });
  }
}

/** BuildKit quotes the whole script of a step that failed: the step's name says the same in less. */
function withoutScript(line: string): string {
  return line.replace(/(executor failed running \[|process ")\/bin\/sh -c .{80,}(\]|")(?=: |$)/s, "$1/bin/sh -c ...$2");
}
