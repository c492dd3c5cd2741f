import { readFileSync } from "node:fs";

/**
 * Start time of a process in clock ticks since boot, field 22 of /proc/PID/stat: with the pid it names one process,
 * where a reused pid has another time. Empty for a process that is gone or a zombie.
 */
export function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in parentheses, may hold spaces: count the fields after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
