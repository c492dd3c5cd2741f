import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { ProcessEnvironment } from "./process-environment.ts";

/** How a program is started. */
export interface StartOptions {
  /** The whole environment of the program, which is looked for on its PATH. */
  env: ProcessEnvironment;
  /** Default: this process's working directory. */
  cwd?: string | undefined;
  /** Whether something is written to its standard input; otherwise it reads an empty one. */
  hasInput: boolean;
}

/** A program that was started. */
export interface StartedProgram {
  /** The leader of a process group of its own, except on Windows. */
  child: ChildProcessByStdio<Writable | null, Readable, Readable>;
  /** Resolves when the program has ended and its output is closed: with its exit code, or the signal that ended it. */
  ended: Promise<{ exitCode: number | undefined; signal: NodeJS.Signals | undefined }>;
}

/**
 * Starts a program of the host without a shell. Throws the error of the system where it cannot be started: ENOENT where
 * there is no such program.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  { env, cwd, hasInput }: StartOptions,
): Promise<StartedProgram> {
  // Loaded here, since most programs that use this package start none.
  const { spawn } = await import("node:child_process");
  const child = spawn(command, args, {
    env,
    cwd,
    detached: process.platform !== "win32",
    windowsHide: true,
    stdio: [hasInput ? "pipe" : "ignore", "pipe", "pipe"],
  }) as StartedProgram["child"];
  const ended = new Promise<Awaited<StartedProgram["ended"]>>((resolve) => {
    child.once("close", (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
  });
  // Output waits for its reader: it comes in a later turn of the event loop than this event.
  await once(child, "spawn");
  // What it says from now on is that it cannot be killed: then it has ended, or will not be waited for.
  child.on("error", () => {});
  return { child, ended };
}
