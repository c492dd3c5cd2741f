import { availableParallelism } from "node:os";
import { PassThrough } from "node:stream";
import { COMPILE_SCRIPT, ImageSpecError, isImageSpecError, runTool } from "@imagespec/core/builder";
import { withoutVariables } from "../session/without-variables.ts";
import { WorkerPool } from "../worker-pool.ts";
import { FrameReader, frame } from "./frames.ts";

/** A module's bytecode, and the path where Python looks for it. */
export interface CompiledModule {
  path: string;
  /** Empty for what is not Python. */
  bytecode: Uint8Array;
}

/**
 * Pythons that compile what they are handed, one for each core: each starts when all others are busy, and goes on until
 * `signal` aborts.
 */
export class CompilerProcesses {
  readonly #processes: WorkerPool<CompilerProcess>;

  /** `track` is given each process until it has ended. */
  constructor(python: string, { signal, track }: { signal: AbortSignal; track(work: Promise<unknown>): void }) {
    this.#processes = new WorkerPool({
      most: availableParallelism(),
      backlog: (process) => process.backlog,
      start(ended) {
        const started = new CompilerProcess(python, signal, ended);
        track(started.ended);
        return started;
      },
    });
  }

  /**
   * Compiles a module by the path that it has in the image, with its leading slash.
   *
   * @throws ImageSpecError E_BUILD when Python ends without an answer.
   */
  compile(path: string, source: Uint8Array): Promise<CompiledModule> {
    const answer = this.#processes.idlest().compile(path, source);
    // Whoever asked may be gone by then.
    answer.catch(() => {});
    return answer;
  }
}

interface Question extends PromiseWithResolvers<CompiledModule> {
  path: string;
  size: number;
}

class CompilerProcess {
  /** Settles once the process has ended, whether well or not. */
  readonly ended: Promise<void>;
  /** Bytes of source and modules that it has not answered yet. */
  backlog = 0;
  readonly #asked: Question[] = [];
  readonly #input = new PassThrough();

  /** `ends` is called before what is left is rejected. */
  constructor(python: string, signal: AbortSignal, ends: () => void) {
    const reader = new FrameReader((path, bytecode) => this.#answer({ path: path.toString(), bytecode }));
    const fail = (cause: unknown) => {
      ends();
      this.#fail(cause);
    };
    // What cannot be written any more is rejected when the process has ended.
    this.#input.on("error", () => {});
    this.ended = runTool(python, ["-sSB", "-W", "ignore", "-c", COMPILE_SCRIPT], {
      env: { ...withoutVariables((name) => /^PYTHON|^LD_PRELOAD$/.test(name)), PYTHONHASHSEED: "0" },
      input: this.#input,
      onOutput: (bytes) => reader.write(bytes),
      signal,
      errorCode: "E_BUILD",
    }).then(() => fail(new Error("Python ended")), fail);
  }

  compile(path: string, source: Uint8Array): Promise<CompiledModule> {
    const question = { path, size: source.length + 1, ...Promise.withResolvers<CompiledModule>() };
    this.backlog += question.size;
    this.#asked.push(question);
    this.#input.write(frame(Buffer.from(path), source));
    return question.promise;
  }

  #answer(module: CompiledModule): void {
    const question = this.#asked.shift();
    if (question === undefined) return;
    this.backlog -= question.size;
    question.resolve(module);
  }

  /** The first of the modules that are left is what Python was at. */
  #fail(cause: unknown): void {
    const [first, ...others] = this.#asked.splice(0);
    first?.reject(moduleFault(first.path, cause));
    for (const { reject } of others) reject(cause);
  }
}

function moduleFault(path: string, cause: unknown): unknown {
  if (isImageSpecError(cause) && cause.code !== "E_BUILD") return cause;
  return new ImageSpecError("E_BUILD", `${path} could not be compiled to bytecode: ${(cause as Error).message}`, {
    hint: "Set bytecode: false, or leave out the package that has the module.",
    details: isImageSpecError(cause, "E_BUILD") ? cause.details : {},
    cause,
  });
}
