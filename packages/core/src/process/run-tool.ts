import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ErrorCode, ImageSpecError, onProcessExit, redact } from "@imagespec/registry";
import { abortedError } from "./aborted-error.ts";
import { isBrokenPipe } from "./broken-pipe.ts";
import { escapeCommand } from "./escape-command.ts";
import { LineSplitter } from "./line-splitter.ts";

/** How long a cancelled tool has after TERM, in milliseconds; with the wait after KILL it is under the 5 s bound. */
const TERM_GRACE = 3000;
const KILL_GRACE = 1000;
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
  /** Called for every line of output as it comes, already redacted. */
  onLine?: ((line: string, stream: "stdout" | "stderr") => void) | undefined;
  /**
   * Characters after which a line without an end is cut; 65,536 by default. Infinity for structured output, of which
   * a part cannot be read.
   */
  longestLine?: number | undefined;
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
  /** The command line, escaped and redacted. */
  command: string;
  seconds: number;
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
  const secrets = [...(options.redact ?? [])];
  const clean = (text: string) => redact(text, secrets);
  const shown = clean(escapeCommand(command, args));
  // Loaded here, so that a program that only looks up a tag does not pay for it.
  const { execa } = await import("execa");
  if (options.signal?.aborted) throw abortedError(shown, options.signal.reason);

  const started = performance.now();
  const tail: string[] = [];
  const stdout: Uint8Array[] = [];
  let stdoutSize = 0;
  const child = execa(command, args, {
    stdin: options.input === undefined ? "ignore" : "pipe",
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? {},
    buffer: false,
    detached: process.platform !== "win32",
    reject: false,
    windowsHide: true,
  });
  const take = (stream: "stdout" | "stderr") =>
    new LineSplitter((raw) => {
      const line = clean(raw);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line, stream);
    }, options.longestLine);
  const splitters = { stdout: take("stdout"), stderr: take("stderr") };
  child.stdout.on("data", (chunk: Uint8Array) => {
    stdoutSize += chunk.length;
    if (stdoutSize <= MAX_STDOUT) stdout.push(chunk);
    splitters.stdout.write(chunk);
  });
  child.stderr.on("data", (chunk: Uint8Array) => splitters.stderr.write(chunk));

  const timers: NodeJS.Timeout[] = [];
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid === undefined) return;
      if (process.platform === "win32") child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const stop = () => {
    killGroup("SIGTERM");
    timers.push(setTimeout(() => killGroup("SIGKILL"), TERM_GRACE));
    // A process that left the group may still hold the pipes open; it is not waited for.
    timers.push(setTimeout(() => closePipes(child), TERM_GRACE + KILL_GRACE));
  };
  // When this process exits at once (a second Ctrl-C) its tools must not outlive it.
  const forgetExit = onProcessExit(() => killGroup("SIGKILL"));
  options.signal?.addEventListener("abort", stop, { once: true });

  let inputError: unknown;
  const feeding =
    options.input === undefined || child.stdin === null || child.stdin === undefined
      ? Promise.resolve()
      : pipeline(toReadable(options.input), child.stdin).catch((error: unknown) => {
          if (isBrokenPipe(error)) return; // The tool stopped reading; its exit code tells why.
          inputError = error;
          stop();
        });
  try {
    const result = await child;
    if (result.failed && result.exitCode === undefined && result.signal === undefined && inputError === undefined) {
      throw startError(command, shown, result.code, result.originalMessage);
    }
    await feeding;
    splitters.stdout.end();
    splitters.stderr.end();
    if (options.signal?.aborted) throw abortedError(shown, options.signal.reason);
    if (inputError !== undefined) throw inputError;
    const exitCode = result.exitCode ?? 128;
    const seconds = (performance.now() - started) / 1000;
    if (exitCode !== 0 && options.allowFailure !== true) {
      const how = result.signal === undefined ? `exited with code ${exitCode}` : `was ended by ${result.signal}`;
      throw new ImageSpecError(
        options.errorCode ?? "E_BUILD",
        `${command} ${how}.\n  command: ${shown}${tail.length === 0 ? "" : `\n  last lines:\n${tail.map((l) => `    ${l}`).join("\n")}`}`,
        {
          hint: options.hint,
          details: { command: shown, exitCode, signal: result.signal, tail: [...tail] },
        },
      );
    }
    return { exitCode, stdout: Buffer.concat(stdout).toString("utf8"), tail, command: shown, seconds };
  } finally {
    // What the tool left running in its group is ended with it on failure and cancel.
    if (options.signal?.aborted || inputError !== undefined) killGroup("SIGKILL");
    for (const timer of timers) clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
    forgetExit();
  }
}

function toReadable(input: string | Uint8Array | AsyncIterable<Uint8Array>): Readable {
  // Readable.from would iterate bytes and characters one by one.
  return typeof input === "string" || input instanceof Uint8Array ? Readable.from([input]) : Readable.from(input);
}

function closePipes(child: { stdout: Readable; stderr: Readable }): void {
  child.stdout.destroy();
  child.stderr.destroy();
}

function startError(
  command: string,
  shown: string,
  code: string | undefined,
  message: string | undefined,
): ImageSpecError {
  const reason =
    code === "ENOENT" ? "there is no such program on PATH" : (message ?? code ?? "it could not be started");
  return new ImageSpecError("E_TOOL_MISSING", `${command} cannot be run: ${reason}`, {
    hint: `Install ${command}, or put its folder on PATH.`,
    details: { command: shown, code },
  });
}
