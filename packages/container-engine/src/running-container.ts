import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry";
import { type ContainerCommand, type ContainerRun, containerArguments } from "./run-container.ts";

/** Milliseconds a program has for ending by itself once it is told to. */
const STOP_TIME_MS = 2000;

/** A program in a container that was started by {@link startContainer}. */
export interface RunningContainer {
  /**
   * The program's exit code, 128 and the number of the signal where one ended it. Rejects with an ImageSpecError
   * E_TOOL_MISSING when the command cannot be started.
   */
  ended: Promise<number>;
  /**
   * Sends the program SIGTERM, and SIGKILL when it goes on for longer than `patience` milliseconds (2 s); resolves once
   * nothing of it is left. What runs as a container's first process ignores SIGTERM unless it handles it.
   */
  stop(patience?: number): Promise<void>;
}

/** Starts a program in a container, with this process's standard output and, where `run` says so, its input. */
export function startContainer(command: ContainerCommand, run: ContainerRun): RunningContainer {
  const name = `imagespec-${randomUUID()}`;
  const child = spawn(command, containerArguments(command, run, name), {
    stdio: [run.input ? "inherit" : "ignore", "inherit", "inherit"],
  });
  const ended = exitOf(child, command);
  // Whoever only stops it need not wait for its end.
  ended.catch(() => undefined);
  let stopped: Promise<void> | undefined;
  return {
    ended,
    stop(patience = STOP_TIME_MS) {
      stopped ??= stopContainer({ command, name, child, ended, patience });
      return stopped;
    },
  };
}

/**
 * Runs a program in a container, with this process's standard streams, and returns its exit code: 128 and the number of
 * the signal where one ended it. Aborting the signal stops the program.
 *
 * @throws ImageSpecError E_TOOL_MISSING when the command cannot be started.
 */
export async function runContainer(command: ContainerCommand, run: ContainerRun, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const container = startContainer(command, run);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping = container.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await container.ended;
  } finally {
    signal.removeEventListener("abort", stop);
    await stopping;
  }
}

function exitOf(child: ChildProcess, command: ContainerCommand): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => {
      const hint = `Check that ${command} can be run.`;
      reject(new ImageSpecError("E_TOOL_MISSING", `${command} cannot be started: ${cause.message}`, { cause, hint }));
    });
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

interface Stopping {
  command: ContainerCommand;
  name: string;
  child: ChildProcess;
  ended: Promise<number>;
  patience: number;
}

/** The engine is asked, since its client hands no signal on where there is a terminal. */
async function stopContainer({ command, name, child, ended, patience }: Stopping): Promise<void> {
  const over = ended.then(
    () => true,
    () => true,
  );
  if (await Promise.race([over, sleep(0, false)])) return;
  const isThere = await kill(command, name, "TERM");
  if (isThere && (await Promise.race([over, sleep(patience, false)]))) return;
  if (isThere && (await kill(command, name, "KILL"))) {
    await over;
    return;
  }
  // The client is still fetching the image or making the container, which must not start after all.
  child.kill("SIGTERM");
  await over;
  await succeeds(command, ["rm", "--force", name]);
}

function kill(command: ContainerCommand, name: string, signal: string): Promise<boolean> {
  return succeeds(command, ["kill", "--signal", signal, name]);
}

function succeeds(command: ContainerCommand, args: string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
