import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks through the command lines of every process of this machine until it is stopped, and returns the needles that
 * stood in one. Where there is no /proc it sees nothing.
 */
export function watchCommandLines(needles: readonly string[]): { stop(): Promise<string[]> } {
  const found = new Set<string>();
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      for (const pid of await readdir("/proc").catch(() => [])) {
        if (!/^\d+$/.test(pid)) continue;
        // A process may end between the listing and the look.
        const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        for (const needle of needles) if (line.includes(needle)) found.add(needle);
      }
      await sleep(20);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return [...found];
    },
  };
}
