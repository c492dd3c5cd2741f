import type { Readable } from "node:stream";
import { onProcessExit } from "@imagespec/registry";

/** How long a stopped group has after TERM, and its pipes after KILL, in milliseconds: together under 5 s. */
const TERM_GRACE_MS = 3000;
const KILL_GRACE_MS = 1000;

/** A child process that leads a process group of its own, and all that it started there. */
export class ProcessGroup {
  readonly #child: Leader;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #forgetExit: () => void;

  constructor(child: Leader) {
    this.#child = child;
    // When this process exits at once (a second Ctrl-C) its tools must not outlive it.
    this.#forgetExit = onProcessExit(() => this.#signal("SIGKILL"));
  }

  /** Asks the group to end, and ends it when it does not. */
  stop(): void {
    this.#signal("SIGTERM");
    this.#timers.push(
      setTimeout(() => this.#signal("SIGKILL"), TERM_GRACE_MS),
      // A process that left the group may still hold the pipes open; it is not waited for.
      setTimeout(() => {
        this.#child.stdout.destroy();
        this.#child.stderr.destroy();
      }, TERM_GRACE_MS + KILL_GRACE_MS),
    );
  }

  /** Forgets the group once its leader has ended; `kill` ends what the leader left running. */
  release(kill: boolean): void {
    if (kill) this.#signal("SIGKILL");
    for (const timer of this.#timers) clearTimeout(timer);
    this.#forgetExit();
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid === undefined) return;
      if (process.platform === "win32") this.#child.kill(signal);
      else process.kill(-this.#child.pid, signal);
    } catch {
      // The group is gone already.
    }
  }
}

interface Leader {
  pid?: number | undefined;
  stdout: Readable;
  stderr: Readable;
  kill(signal: NodeJS.Signals): boolean;
}
