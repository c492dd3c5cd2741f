import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

const MARK = /^([0-9a-f]{16})\.(\d+)\.(\d+)$/;

/**
 * A text that names this process among all that ever ran anywhere, fit for a file's name or a label: what carries it
 * can be told from what a killed process left behind. A pid alone cannot, since pids are reused, and each container
 * counts its own.
 */
export function processMark(): string {
  return `${place()}.${process.pid}.${startTime(process.pid) ?? 0}`;
}

/**
 * Whether the process that a mark names still runs. Undefined where that cannot be known from here: the mark comes
 * from another machine, boot, pid namespace or user, or this system has no /proc.
 */
export function isRunning(mark: string): boolean | undefined {
  const [, where, pid, start] = MARK.exec(mark) ?? [];
  if (mark === processMark()) return true;
  if (where !== place() || start === "0") return undefined;
  return startTime(Number(pid)) === Number(start);
}

/** The scope in which a pid is unique: this boot of the kernel, this pid namespace, and a user who may see it. */
function place(): string {
  const parts = [process.platform, process.getuid?.() ?? ""];
  try {
    parts.push(readFileSync("/proc/sys/kernel/random/boot_id", "utf8"), readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Without them no process has a start time either, so this value decides nothing.
  }
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}

/** Clock ticks from boot to the start of a process (proc(5), field 22 of stat); undefined for one that has ended. */
function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in parentheses, may hold spaces: count the fields after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
