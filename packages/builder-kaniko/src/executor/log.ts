import { type BuildEvent, LineSplitter } from "@imagespec/core/builder";
import { type Instruction, parseStepWarning, shortened, TAIL_LINES } from "@imagespec/dockerfile";
import { redact } from "@imagespec/registry";

/**
 * A JSON line must not be cut. An instruction is at most 128 KiB (the kernel's limit for an argument), 6 times that
 * escaped.
 */
const LONGEST_LINE = 2 ** 20;
/** kaniko logs each instruction of the Dockerfile, when it starts, in a message of its own. */
const INSTRUCTION = /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|LABEL|RUN|SHELL|USER|WORKDIR) /;
/** kaniko then repeats it in three more messages, and logs how it looked up the user. */
const REPETITION = /^(Args: \[|Cmd: |Running: \[|Util\.Lookup returned|Performing slow lookup)/;
/** Characters. Longer messages hold a whole script in one line; the step's name says enough. */
const LONGEST_MESSAGE = 400;

export interface ExecutorLogOptions {
  emit: (event: BuildEvent) => void;
  /** Texts that no line may show. */
  redact: readonly string[];
  /** The platform that is built, in a build of several. */
  platform?: string | undefined;
  /** What the Dockerfile holds, in order. */
  instructions: readonly Instruction[];
}

/** Turns what an executor prints into events: its own JSON lines become messages, instructions become steps. */
export class ExecutorLog {
  /** The last 50 lines, redacted. */
  readonly tail: string[] = [];
  readonly #options: ExecutorLogOptions;
  readonly #streams: Readonly<Record<"stdout" | "stderr", LineSplitter>>;
  #step: { name: string; started: number } | undefined;
  /** The instruction of the Dockerfile that was started last. */
  instruction: Instruction | undefined;

  constructor(options: ExecutorLogOptions) {
    this.#options = options;
    const split = { longest: LONGEST_LINE, secrets: options.redact };
    this.#streams = {
      stdout: new LineSplitter((line) => this.line("stdout", line), split),
      stderr: new LineSplitter((line) => this.line("stderr", line), split),
    };
  }

  /** A text as this log would show it. */
  clean(text: string): string {
    return redact(text, this.#options.redact);
  }

  write(stream: "stdout" | "stderr", chunk: Uint8Array): void {
    this.#streams[stream].write(chunk);
  }

  /** One line of output. */
  line(stream: "stdout" | "stderr", raw: string): void {
    const said = message(raw);
    const line = this.clean(said ?? raw);
    if (line.trim() === "" || (said !== undefined && REPETITION.test(said))) return;
    this.tail.push(said !== undefined && line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    if (said !== undefined && INSTRUCTION.test(said)) this.#start(said);
    const warning = parseStepWarning(line);
    this.#options.emit(warning === undefined ? { type: "log", stream, line } : { type: "warning", message: warning });
  }

  /** Ends the log: flushes an unfinished last line and closes the running step. */
  end(status: "done" | "failed"): void {
    for (const lines of Object.values(this.#streams)) lines.end();
    this.#finish(status);
  }

  #start(said: string): void {
    this.#finish("done");
    this.instruction = this.#find(said);
    const name = this.instruction?.title ?? shortened(this.clean(said));
    this.#step = { name, started: performance.now() };
    this.#options.emit({ type: "step", name, platform: this.#options.platform, status: "started" });
  }

  /** The same text may stand in the Dockerfile twice: the first one after the one that ran last. */
  #find(said: string): Instruction | undefined {
    const { instructions } = this.#options;
    const last = this.instruction === undefined ? -1 : instructions.indexOf(this.instruction);
    const same = ({ text }: Instruction) => withoutSpace(text) === withoutSpace(said);
    return instructions.slice(last + 1).find(same) ?? instructions.find(same);
  }

  #finish(status: "done" | "failed"): void {
    if (this.#step === undefined) return;
    const { name, started } = this.#step;
    const seconds = (performance.now() - started) / 1000;
    this.#options.emit({ type: "step", name, platform: this.#options.platform, status, seconds });
    this.#step = undefined;
  }
}

/** kaniko joins the lines of an instruction, with whatever space stands between them. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\\?\s+/g, "");
}

/** The text of a line of kaniko's JSON log; undefined for what a step of the build printed. */
function message(line: string): string | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null || !("level" in entry) || !("msg" in entry)) return undefined;
    return typeof entry.msg === "string" ? entry.msg : undefined;
  } catch {
    return undefined;
  }
}
