import type { Readable } from "node:stream";
import { onProcessExit } from "@imagespec/registry/terms";

/** How long a stopped group has after TERM, and its pipes after KILL, in milliseconds: together under 5 s. */
const TERM_GRACE_MS = 3000;
const KILL_GRACE_MS = 1000;

/** A child process that leads a process group of its own, and all that it started there. */
export interface ProcessGroup {
  /** Asks the group to end, and ends it when it does not. */
  stop(): void;
  /** Forgets the group once its leader has ended; `kill` ends what the leader left running. */
  release(kill: boolean): void;
}

/** The group of a child process that leads one. */
export function processGroup(child: Leader): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid === undefined) return;
      if (process.platform === "win32") child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  const timers: NodeJS.Timeout[] = [];
  // When this process exits at once (a second Ctrl-C) its tools must not outlive it.
  const forgetExit = onProcessExit(() => signal("SIGKILL"));
  return {
    stop() {
      signal("SIGTERM");
      timers.push(
        setTimeout(() => signal("SIGKILL"), TERM_GRACE_MS),
        // A process that left the group may still hold the pipes open; it is not waited for.
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, TERM_GRACE_MS + KILL_GRACE_MS),
      );
    },
    release(kill) {
      if (kill) signal("SIGKILL");
      for (const timer of timers) clearTimeout(timer);
      forgetExit();
    },
  };
}

interface Leader {
  pid?: number | undefined;
  stdout: Readable;
  stderr: Readable;
  kill(signal: NodeJS.Signals): boolean;
}
