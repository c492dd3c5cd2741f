import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BuildEvent } from "@imagespec/core";

/** The built command. */
export const MAIN = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/** A line of `--json`: an event of the build, or what became of it. */
export type CliEvent =
  | BuildEvent
  | { type: "outcome"; digest?: string }
  | { type: "error"; code: string; message: string };

export interface CliEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

export interface CliChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A program, with arguments, that starts it; empty for none. */
  wrapper: readonly string[];
}

/** `imagespec` as a child that leads a process group, as one started from a shell does; its events as they come. */
export class CliChild {
  readonly child: ChildProcess;
  readonly events: CliEvent[] = [];
  /** Milliseconds from the start at which each event came. */
  readonly times: number[] = [];
  readonly ended: Promise<CliEnd>;
  readonly #started = performance.now();
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(args: readonly string[], { cwd, env, wrapper }: CliChildOptions) {
    const [program = "", ...rest] = [...wrapper, process.execPath, MAIN, ...args];
    this.child = spawn(program, rest, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    this.child.stderr?.on("data", (chunk) => {
      stderr += String(chunk);
    });
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on("line", (line) => this.#take(line));
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => {
        this.#isOver = true;
        this.#wake();
        resolve({ code, signal, stderr });
      });
    });
  }

  /** Waits for so many events, or for one that `wanted` says yes to; false when the program ended without. */
  async reaches(wanted: number | ((event: CliEvent) => boolean)): Promise<boolean> {
    const isReached = () =>
      typeof wanted === "number" ? this.events.length >= wanted : this.events.some((event) => wanted(event));
    while (!isReached() && !this.#isOver) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return isReached();
  }

  /** Sends a signal to the whole group; false when it is over. */
  kill(signal: NodeJS.Signals): boolean {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return false;
    return process.kill(-this.child.pid, signal);
  }

  /** An engine that other suites keep busy answered later than a builder's probe waits. */
  get metBusyEngine(): boolean {
    const { last } = this;
    return last?.type === "error" && last.code === "E_DAEMON" && last.message.includes("did not answer within");
  }

  /** The last event, which says what became of the command. */
  get last(): CliEvent | undefined {
    return this.events.at(-1);
  }

  #take(line: string): void {
    if (!line.startsWith("{")) return;
    this.events.push(JSON.parse(line) as CliEvent);
    this.times.push(performance.now() - this.#started);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
