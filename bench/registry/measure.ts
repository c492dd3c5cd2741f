import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

export interface Measured {
  /** Wall time in milliseconds, start of the program included. */
  ms: number;
  /** Peak resident memory in MB (VmHWM). */
  megabytes: number;
}

/** Runs a program to its end; rejects when it fails. */
export async function measure(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], env });
  const errors: string[] = [];
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  let kilobytes = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 10);
  const [code] = (await once(child, "close")) as [number];
  const ms = performance.now() - started;
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors.join("").slice(-1000)}`);
  return { ms, megabytes: kilobytes / 1024 };
}

/** The measurement with the median time. */
export function median(values: Measured[]): Measured {
  const sorted = values.toSorted((a, b) => a.ms - b.ms);
  const megabytes = Math.max(...values.map((value) => value.megabytes));
  return { ms: sorted[Math.floor(sorted.length / 2)]?.ms ?? Number.NaN, megabytes };
}
