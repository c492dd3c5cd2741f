import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry";
import { type ContainerCommand, type ContainerRun, containerArguments } from "./run-container.ts";

/** Milliseconds a program has for ending by itself once it is told to. */
const STOP_TIME_MS = 2000;

/** A program that runs in a container. */
export interface RunningContainer {
  /**
   * The program's exit code, 128 and the number of the signal where one ended it. Rejects with an ImageSpecError
   * E_TOOL_MISSING when the command cannot be started.
   */
  ended: Promise<number>;
  /**
   * Sends the program SIGTERM, and SIGKILL when it goes on for longer than `patience` milliseconds (2 s); resolves once
   * nothing of it is left. What runs as a container's first process, as it does without {@link ContainerRun.init},
   * ignores SIGTERM unless it handles it.
   */
  stop(patience?: number): Promise<void>;
}

/** A container made by {@link createContainer}, whose program has not been started. */
export interface CreatedContainer {
  /** Starts its program, as soon as the container is there. Where it cannot be made, the exit code is the command's. */
  start(): RunningContainer;
  /** Removes it without having started it. */
  remove(): Promise<void>;
}

/**
 * Makes a container, whose program then starts sooner, with this process's standard output and, where `run` says so,
 * its input. Returns at once, while the engine is still making it.
 *
 * @throws ImageSpecError E_OPTIONS for a path with a comma or quote, which `--mount` cannot hold.
 */
export function createContainer(command: ContainerCommand, run: ContainerRun): CreatedContainer {
  // nerdctl makes containers ahead only for programs without a terminal, so there nothing is made before the start.
  if (command === "nerdctl") return { start: () => startContainer(command, run), remove: async () => undefined };
  const name = newName();
  const create = ["create", ...containerArguments(command, run, name)];
  const creation = startClient(command, create, ["ignore", "ignore", "inherit"]);
  return {
    start() {
      let client = creation;
      let isStopped = false;
      const ended = creation.ended.then((code) => {
        if (code !== 0 || isStopped) return code;
        const args = ["start", "--attach", ...(run.input ? ["--interactive"] : []), name];
        client = startClient(command, args, streamsOf(run));
        return client.ended;
      });
      const endClient = () => {
        isStopped = true;
        client.child.kill("SIGTERM");
      };
      return stoppable({ command, name, ended, endClient });
    },
    async remove() {
      // A client that is told to end may leave the engine at making the container.
      await Promise.race([creation.ended.catch(() => undefined), sleep(STOP_TIME_MS, undefined, { ref: false })]);
      creation.child.kill("SIGTERM");
      await succeeds(command, ["rm", "--force", name]);
    },
  };
}

/** Starts a program in a container that is made and started by one command. */
function startContainer(command: ContainerCommand, run: ContainerRun): RunningContainer {
  const name = newName();
  const { child, ended } = startClient(command, ["run", ...containerArguments(command, run, name)], streamsOf(run));
  return stoppable({ command, name, ended, endClient: () => child.kill("SIGTERM") });
}

function newName(): string {
  return `imagespec-${randomUUID()}`;
}

function streamsOf({ input }: ContainerRun): StdioOptions {
  return [input ? "inherit" : "ignore", "inherit", "inherit"];
}

function stoppable(program: Program): RunningContainer {
  const { ended } = program;
  // Whoever only stops it need not wait for its end.
  ended.catch(() => undefined);
  let stopped: Promise<void> | undefined;
  return {
    ended,
    stop(patience = STOP_TIME_MS) {
      stopped ??= stopContainer(program, patience);
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

/** A client of the engine, and its exit code. */
interface Client {
  child: ChildProcess;
  ended: Promise<number>;
}

function startClient(command: ContainerCommand, args: readonly string[], stdio: StdioOptions): Client {
  const child = spawn(command, args, { stdio });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => {
      const hint = `Check that ${command} can be run.`;
      reject(new ImageSpecError("E_TOOL_MISSING", `${command} cannot be started: ${cause.message}`, { cause, hint }));
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  ended.catch(() => undefined);
  return { child, ended };
}

/** A program in a container of this name. */
interface Program {
  command: ContainerCommand;
  name: string;
  ended: Promise<number>;
  /** Ends the client that makes or starts the container. */
  endClient(): void;
}

/** The engine is asked, since its client hands no signal on where there is a terminal. */
async function stopContainer({ command, name, ended, endClient }: Program, patience: number): Promise<void> {
  const over = Promise.allSettled([ended]).then(() => true);
  if (await Promise.race([over, sleep(0, false)])) return;
  const isThere = await kill(command, name, "TERM");
  if (isThere && (await Promise.race([over, sleep(patience, false)]))) return;
  if (isThere && (await kill(command, name, "KILL"))) {
    await over;
    return;
  }
  // The client is still fetching the image or making the container, which must not start after all.
  endClient();
  // A client that is just starting the program hands the signal on to it, and waits for an end that may never come.
  if (!(await Promise.race([over, sleep(patience, false)]))) await succeeds(command, ["rm", "--force", name]);
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
