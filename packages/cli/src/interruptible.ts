import { EXIT } from "./exit-codes.ts";

/** Milliseconds that the work has to clean up after the first signal. The promise is that all has ended within 5 s. */
const PATIENCE = 4700;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that SIGINT, SIGTERM and SIGHUP cancel by its AbortSignal, and returns its exit code. A second signal, or
 * 4.7 s without an end, ends the process at once with 130. When `lost` is aborted, the work is cancelled as well and
 * the exit code is 1.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
  lost: AbortSignal,
): Promise<number> {
  const abort = new AbortController();
  const onLost = () => {
    if (abort.signal.aborted) return;
    abort.abort(lost.reason);
    setTimeout(() => process.exit(EXIT.failed), PATIENCE).unref();
  };
  lost.addEventListener("abort", onLost, { once: true });
  let hasSignal = false;
  const onSignal = (name: NodeJS.Signals) => {
    hasSignal = true;
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort(new Error(name));
    setTimeout(() => process.exit(EXIT.interrupted), PATIENCE).unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    const exit = await work(abort.signal);
    return abort.signal.aborted ? EXIT.interrupted : exit;
  } finally {
    // A second signal may come between the end of the work and that of the process; the exit code is 130 then, too.
    if (!hasSignal) for (const name of SIGNALS) process.off(name, onSignal);
  }
}
