import type { BuildRequest } from "../builder/builder.ts";
import { abortedError } from "../process/aborted-error.ts";

/** How long a cancelled builder may take to stop what it has running and to remove what it made, in milliseconds. */
const GRACE = 30_000;

/**
 * Waits for a builder's work; once that is cancelled, no longer than half a minute. A builder that goes on all the same
 * is left alone, with a warning that names it.
 *
 * @throws ImageSpecError E_ABORTED when that time is over; whatever the work throws.
 */
export async function stoppedInTime<T>(
  type: string,
  work: Promise<T>,
  { signal, emit }: Pick<BuildRequest, "signal" | "emit">,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const count = () => {
    timer = setTimeout(() => {
      const message = `builder "${type}" has not stopped ${GRACE / 1000} s after it was cancelled, and is left running`;
      emit({ type: "warning", message, hint: "Report it to the authors of the builder." });
      reject(abortedError(`Builder "${type}"`, signal.reason));
    }, GRACE);
  };
  if (signal.aborted) count();
  else signal.addEventListener("abort", count, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", count);
  }
}
