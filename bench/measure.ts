import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** What one run of a program took. */
export interface Measured {
  /** Wall time in milliseconds, start of the program included. */
  ms: number;
  /** Processor time in milliseconds, user and system, all of its children's included. */
  cpu: number;
  /** Peak resident memory in MB (VmHWM) of the program itself. */
  megabytes: number;
  /** Size of what was made, where that is compared too. */
  bytes?: number | undefined;
}

export interface MeasureOptions {
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
}

/**
 * The second line that `times` writes is the user and system time of all that the shell has started: in bash to the
 * millisecond, in other shells often to a hundredth of a second, which is half of what Node takes to start.
 */
const TIMED = '"$@"; code=$?; times >&3; exit $code';

/** Runs a program to its end; rejects when it fails. */
export async function measure(command: string, args: string[], options: MeasureOptions = {}): Promise<Measured> {
  const started = performance.now();
  const child = spawn("bash", ["-c", TIMED, "bash", command, ...args], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: options.env ?? process.env,
    cwd: options.cwd,
  });
  const errors: string[] = [];
  let times = "";
  child.stderr?.on("data", (chunk) => errors.push(String(chunk)));
  child.stdio[3]?.on("data", (chunk) => {
    times += String(chunk);
  });
  let kilobytes = 0;
  const timer = setInterval(() => {
    kilobytes = Math.max(kilobytes, ...childrenOf(child.pid).map(peakOf));
  }, 10);
  const [code] = (await once(child, "close")) as [number];
  const ms = performance.now() - started;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors.join("").slice(-1000)}`);
  return { ms, cpu: cpuOf(times), megabytes: kilobytes / 1024 };
}

function cpuOf(times: string): number {
  const parts = (times.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g);
  return [...parts].reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000, 0);
}

function childrenOf(pid: number | undefined): string[] {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean);
}

/** The most memory that a running program has had. */
export function peakMegabytes(pid: number | undefined): number {
  return peakOf(String(pid)) / 1024;
}

/** In kB. */
function peakOf(pid: string): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Empty for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
