import { constants } from "node:os";
import { EXIT } from "./command/command-context.ts";

/** Time the work has to clean up after the first signal, in milliseconds: the promise is 5 s in all. */
const PATIENCE = 4700;

/**
 * Runs work that SIGINT or SIGTERM cancels by its AbortSignal. A second signal, or 4.7 s without an end, ends the
 * process at once with 130.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  const onSignal = (name: string, number: number) => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort(new Error(`${name} (${number})`));
    setTimeout(() => process.exit(EXIT.interrupted), PATIENCE).unref();
  };
  const onInterrupt = () => onSignal("SIGINT", constants.signals.SIGINT);
  const onTerminate = () => onSignal("SIGTERM", constants.signals.SIGTERM);
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
  try {
    const exit = await work(abort.signal);
    return abort.signal.aborted ? EXIT.interrupted : exit;
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
  }
}
