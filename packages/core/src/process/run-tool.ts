import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ErrorCode, ImageSpecError, redact } from "@imagespec/registry/terms";
import { abortedError } from "./aborted-error.ts";
import { isBrokenPipe } from "./broken-pipe.ts";
import { escapeCommand } from "./escape-command.ts";
import { LineSplitter } from "./line-splitter.ts";
import { processGroup } from "./process-group.ts";

const TAIL_LINES = 50;
const MAX_STDOUT = 16 * 1024 * 1024;

/** How a program of the host is run. */
export interface RunToolOptions {
  cwd?: string | undefined;
  /** Laid over this process's environment; a variable set to undefined is taken out. */
  env?: Record<string, string | undefined> | undefined;
  /** What goes to standard input; without it the tool reads an empty one. */
  input?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  signal?: AbortSignal | undefined;
  /** Called for every line of output as it comes, redacted unless it is `structured`. */
  onLine?: ((line: string, stream: "stdout" | "stderr") => void) | undefined;
  /** Called with standard output as it comes, NOT redacted; then it is neither kept nor read by lines. */
  onOutput?: ((bytes: Uint8Array) => void) | undefined;
  /**
   * For output whose lines can only be read whole, and whose reader redacts the texts in them: no line is cut, changed,
   * or kept in the tail.
   */
  structured?: boolean | undefined;
  /** Texts that are replaced by `***` in lines, tail, errors and the command. */
  redact?: Iterable<string> | undefined;
  /** Returns instead of throwing when the tool's exit code is not 0. */
  allowFailure?: boolean | undefined;
  /** The code of the error for an exit code other than 0; E_BUILD by default. */
  errorCode?: ErrorCode | undefined;
  hint?: string | undefined;
}

/** The result of a program that ran. */
export interface ToolResult {
  exitCode: number;
  /** What came on standard output, as it came, up to 16 MiB; NOT redacted. */
  stdout: string;
  /** The last 50 lines of both streams, redacted. */
  tail: string[];
  /** The command line, escaped and redacted; of very long arguments the beginning. */
  command: string;
}

/**
 * Runs a program of the host without a shell, in a process group of its own: when `signal` aborts, the whole group
 * gets TERM, then KILL, and the call ends within 5 s even where a grandchild holds the output open.
 *
 * @throws ImageSpecError E_TOOL_MISSING when the program cannot be started, E_ABORTED when cancelled, else
 * `errorCode` with the command, the exit code and the last 50 lines in message and `details`. An error thrown by the
 * `input` iterable is passed on as it is.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: RunToolOptions = {},
): Promise<ToolResult> {
  const { input, signal } = options;
  const secrets = [...(options.redact ?? [])];
  const shown = escapeCommand(command, args, secrets);
  // Loaded here, so that a program that only looks up a tag does not pay for it.
  const { execa } = await import("execa");
  if (signal?.aborted) throw abortedError(shown, signal.reason);

  const child = execa(command, args, {
    stdin: input === undefined ? "ignore" : "pipe",
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? {},
    buffer: false,
    detached: process.platform !== "win32",
    reject: false,
    windowsHide: true,
  });
  const output = readOutput(child, secrets, options);
  const group = processGroup(child);
  const stop = () => group.stop();
  signal?.addEventListener("abort", stop, { once: true });

  let inputError: unknown;
  const feeding =
    input === undefined || child.stdin === null || child.stdin === undefined
      ? Promise.resolve()
      : pipeline(toReadable(input), child.stdin).catch((error: unknown) => {
          if (isBrokenPipe(error)) return; // The tool stopped reading; its exit code tells why.
          inputError = error;
          stop();
        });
  try {
    const result = await child;
    if (result.failed && result.exitCode === undefined && result.signal === undefined && inputError === undefined) {
      throw startError(command, shown, result);
    }
    await feeding;
    const { stdout, tail } = output.end();
    if (signal?.aborted) throw abortedError(shown, signal.reason);
    if (inputError !== undefined) throw inputError;
    const exitCode = result.exitCode ?? 128;
    if (exitCode !== 0 && options.allowFailure !== true) {
      throw exitError(command, { command: shown, exitCode, signal: result.signal, tail }, options);
    }
    return { exitCode, stdout, tail, command: shown };
  } finally {
    signal?.removeEventListener("abort", stop);
    // What the tool left running in its group is ended with it on failure and cancel.
    group.release(signal?.aborted === true || inputError !== undefined);
  }
}

/** Reads both streams of a tool by lines; `end` takes what came, the last line included. */
function readOutput(
  child: { stdout: Readable; stderr: Readable },
  secrets: readonly string[],
  options: RunToolOptions,
): { end(): Pick<ToolResult, "stdout" | "tail"> } {
  const tail: string[] = [];
  const stdout: Uint8Array[] = [];
  let stdoutSize = 0;
  const take = (stream: "stdout" | "stderr") =>
    options.structured
      ? new LineSplitter((line) => options.onLine?.(line, stream), { longest: Number.POSITIVE_INFINITY })
      : new LineSplitter(
          (raw) => {
            const line = redact(raw, secrets);
            tail.push(line);
            if (tail.length > TAIL_LINES) tail.shift();
            options.onLine?.(line, stream);
          },
          { secrets },
        );
  const splitters = { stdout: take("stdout"), stderr: take("stderr") };
  child.stdout.on("data", (chunk: Uint8Array) => {
    if (options.onOutput !== undefined) return options.onOutput(chunk);
    stdoutSize += chunk.length;
    if (stdoutSize <= MAX_STDOUT) stdout.push(chunk);
    splitters.stdout.write(chunk);
  });
  child.stderr.on("data", (chunk: Uint8Array) => splitters.stderr.write(chunk));
  return {
    end() {
      splitters.stdout.end();
      splitters.stderr.end();
      return { stdout: Buffer.concat(stdout).toString("utf8"), tail };
    },
  };
}

/** The error of a tool that ran and failed. `details` are shown in the message and kept beside it. */
function exitError(
  command: string,
  details: { command: string; exitCode: number; signal: string | undefined; tail: string[] },
  { errorCode = "E_BUILD", hint }: RunToolOptions,
): ImageSpecError {
  const { exitCode, signal, tail } = details;
  const how = signal === undefined ? `exited with code ${exitCode}` : `was ended by ${signal}`;
  const lines = [`${command} ${how}.`, `  command: ${details.command}`];
  if (tail.length > 0) lines.push("  last lines:", ...tail.map((line) => `    ${line}`));
  return new ImageSpecError(errorCode, lines.join("\n"), { hint, details });
}

function toReadable(input: string | Uint8Array | AsyncIterable<Uint8Array>): Readable {
  // A stream ends as soon as it is destroyed; what iterates over it would go on waiting for its next piece.
  if (input instanceof Readable) return input;
  // Readable.from would iterate bytes and characters one by one.
  return typeof input === "string" || input instanceof Uint8Array ? Readable.from([input]) : Readable.from(input);
}

/** What to do where the machine has no room for one more program, by the system's code. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: "Raise the limit of open files (ulimit -n).",
  ENFILE: "Raise the machine's limit of open files (fs.file-max), or close some programs.",
  EAGAIN: "Raise the limit of processes (ulimit -u, or that of the container), or close some programs.",
  ENOMEM: "Free some memory, or raise the container's limit.",
};

function startError(
  command: string,
  shown: string,
  failure: { code?: string | undefined; originalMessage?: string | undefined },
) {
  const { code, originalMessage = code ?? "it could not be started" } = failure;
  const reason = code === "ENOENT" ? "there is no such program on PATH" : originalMessage;
  return new ImageSpecError("E_TOOL_MISSING", `${command} cannot be run: ${reason}`, {
    hint: LIMITS[code ?? ""] ?? `Install ${command}, or put its folder on PATH.`,
    details: { command: shown, code },
  });
}
