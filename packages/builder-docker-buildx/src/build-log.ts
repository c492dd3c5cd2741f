import type { BuildEvent } from "@imagespec/core/builder";
import {
  type Instruction,
  parseStepFault,
  parseStepWarning,
  type StepFault,
  shortened,
  TAIL_LINES,
} from "@imagespec/dockerfile";
import { isSha256Digest } from "@imagespec/registry";

/** A step of a build, as BuildKit counts them. */
interface Step {
  title: string;
  /** The instruction of the Dockerfile it runs; undefined for steps of BuildKit's own. */
  instruction: Instruction | undefined;
  ended: boolean;
}

/** The log of a running build: emits it as events and keeps what an error needs. */
export class BuildLog {
  readonly #emit: (event: BuildEvent) => void;
  readonly #instructions: readonly Instruction[];
  readonly #steps = new Map<string, Step>();
  /** The last 50 lines that steps and docker printed. */
  readonly tail: string[] = [];
  /** The step that failed first. */
  failed: Pick<Step, "title" | "instruction"> | undefined;
  /** A fault that a step named itself. */
  fault: StepFault | undefined;

  constructor(emit: (event: BuildEvent) => void, instructions: readonly Instruction[]) {
    this.#emit = emit;
    this.#instructions = instructions;
  }

  /** A step began that BuildKit calls `name`. */
  start(id: string, name: string): void {
    if (this.#steps.has(id)) return;
    const { place, instruction } = vertexInstruction(name, this.#instructions);
    const title = instruction === undefined ? shortened(name) : `${place}${instruction.title}`;
    this.#steps.set(id, { title, instruction, ended: false });
    this.#emit({ type: "step", name: title, status: "started" });
  }

  /** A step ended; only its first end counts. */
  end(id: string, status: "done" | "cached" | "failed", seconds?: number): void {
    const step = this.#steps.get(id);
    if (step === undefined || step.ended) return;
    step.ended = true;
    if (status === "failed") this.failed ??= step;
    this.#emit({ type: "step", name: step.title, status, seconds });
  }

  /** A line was printed; secrets are out of it already. */
  line(printed: string, stream: "stdout" | "stderr"): void {
    if (printed.trim() === "") return;
    const text = this.#withoutScript(printed);
    this.tail.push(text);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    this.fault ??= parseStepFault(text);
    const warning = parseStepWarning(text);
    this.#emit(warning === undefined ? { type: "log", stream, line: text } : { type: "warning", message: warning });
  }

  /** BuildKit quotes the whole script of a failed step twice; the title of the step says the same in fewer words. */
  #withoutScript(line: string): string {
    const [, quote = "", name = ""] = /^( > )(\[.*)$/s.exec(line) ?? [];
    const { place, instruction } = vertexInstruction(name, this.#instructions);
    if (instruction !== undefined) return `${quote}${place}${instruction.title}`;
    return line.replace(
      /(executor failed running \[|process ")\/bin\/sh -c .{80,}(\]|")(?=: |$)/s,
      "$1/bin/sh -c ...$2",
    );
  }

  /** Something of `total` bytes is under way. */
  progress(name: string, current: number, total: number | undefined): void {
    // BuildKit calls a layer that it pulls by its digest.
    const direction = isSha256Digest(name) ? "fetched" : undefined;
    this.#emit({ type: "progress", name, current, ...(total ? { total } : {}), unit: "bytes", direction });
  }
}

/** What BuildKit counts in a stage; the rest only changes the image's config. */
const COUNTED = new Set(["FROM", "ADD", "COPY", "RUN", "WORKDIR"]);

/**
 * The instruction that BuildKit means by the name of a step, `[stage-2 4/9] RUN ...`: by its number in the last stage,
 * since the text after it has its variables replaced. Undefined for another stage's, and for what is not an
 * instruction. `place` is the part in brackets, with the space behind it.
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
