import { StringDecoder } from "node:string_decoder";
import type { BuildEvent } from "@imagespec/core/builder";
import { redact } from "@imagespec/registry";

const TAIL_LINES = 50;
const LONGEST_LINE = 64 * 1024;
/** kaniko says each instruction of the Dockerfile, as it starts it, in a message of its own. */
const INSTRUCTION = /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|LABEL|RUN|SHELL|USER|WORKDIR) /;
const STEP_NAME_LENGTH = 100;
/** It then says the same three times more, and how it found the user. */
const REPETITION = /^(Args: \[|Cmd: |Running: \[|Util\.Lookup returned|Performing slow lookup)/;
/** A whole script in one line; its step's name says enough. */
const LONGEST_MESSAGE = 400;

/** Turns what an executor prints into events: its own JSON lines become messages, instructions become steps. */
export class ExecutorLog {
  /** The last 50 lines, redacted. */
  readonly tail: string[] = [];
  readonly #secrets: readonly string[];
  readonly #emit: (event: BuildEvent) => void;
  readonly #label: string;
  readonly #streams = { stdout: new Lines(), stderr: new Lines() };
  #step: { name: string; started: number } | undefined;
  #instruction: string | undefined;

  /** `label` stands before each step's name, for builds of several platforms. */
  constructor(emit: (event: BuildEvent) => void, secrets: readonly string[], label: string) {
    this.#emit = emit;
    this.#secrets = secrets;
    this.#label = label;
  }

  /** The instruction of the Dockerfile that was started last, redacted. */
  get instruction(): string | undefined {
    return this.#instruction;
  }

  /** A text as this log would show it. */
  clean(text: string): string {
    return redact(text, this.#secrets);
  }

  write(stream: "stdout" | "stderr", chunk: Uint8Array): void {
    for (const line of this.#streams[stream].push(chunk)) this.line(stream, line);
  }

  /** One line of output. */
  line(stream: "stdout" | "stderr", raw: string): void {
    const said = message(raw);
    const line = this.clean(said ?? raw);
    if (line.trim() === "" || (said !== undefined && REPETITION.test(said))) return;
    this.tail.push(said !== undefined && line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    if (said !== undefined && INSTRUCTION.test(said)) this.#start(line);
    this.#emit({ type: "log", stream, line });
  }

  /** Ends the log: what came without a line end, and the step that was running. */
  end(status: "done" | "failed"): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const rest = this.#streams[stream].rest();
      if (rest !== "") this.line(stream, rest);
    }
    this.#finish(status);
  }

  #start(instruction: string): void {
    this.#finish("done");
    this.#instruction = instruction;
    const short = instruction.length > STEP_NAME_LENGTH ? `${instruction.slice(0, STEP_NAME_LENGTH)}…` : instruction;
    const name = this.#label === "" ? short : `${this.#label} ${short}`;
    this.#step = { name, started: performance.now() };
    this.#emit({ type: "step", name, status: "started" });
  }

  #finish(status: "done" | "failed"): void {
    if (this.#step === undefined) return;
    const seconds = (performance.now() - this.#step.started) / 1000;
    this.#emit({ type: "step", name: this.#step.name, status, seconds });
    this.#step = undefined;
  }
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

class Lines {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LONGEST_LINE) {
      lines.push(this.#rest);
      this.#rest = "";
    }
    return lines;
  }

  rest(): string {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = "";
    return rest;
  }
}
