import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks through the command lines of every process of this machine until it is stopped, and returns the needles that
 * stood in one. Where there is no /proc it sees nothing.
 */
export function watchCommandLines(needles: readonly string[]): { stop(): Promise<string[]> } {
  const found = new Set<string>();
  let stopped = false;
  const look = async () => {
    const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
    // All at once, as a process may be short-lived. It may end between the listing and the look.
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
    for (const needle of needles) if (lines.some((line) => line.includes(needle))) found.add(needle);
  };
  const watching = (async () => {
    while (!stopped) {
      await look();
      await sleep(20);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      // Once more, for what started since the last look.
      await look();
      return [...found];
    },
  };
}
