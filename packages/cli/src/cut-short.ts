import { ImageSpecError } from "@imagespec/core";
import { thrownText } from "@imagespec/core/internal";
import { EXIT } from "./exit-codes.ts";

/** What is done about work that is cut short. */
export interface CutShortOptions {
  /** The signal of the work: once it is aborted, the process may end. */
  signal: AbortSignal;
  /** Cancels the work. */
  cancel(error: Error): void;
  /** Prints an error synchronously, since the process ends right after it. */
  report(error: Error): void;
}

/**
 * Runs work in which the user's own modules run (specs, settings, builders), and reports when one of them keeps the
 * work from its end: it calls process.exit, throws where nothing catches it, or has the work wait for something that
 * can no longer happen. The exit code of an unfinished run is 1, whichever the module chose.
 *
 * @throws what nothing caught, once the work, which it cancels, has ended; else what the work throws.
 */
export async function unlessCutShort<T>(work: () => Promise<T>, options: CutShortOptions): Promise<T> {
  const { signal, report, cancel } = options;
  let fault: Error | undefined;
  const onUncaught = (error: unknown) => {
    if (fault !== undefined) return;
    fault = uncaught(error);
    cancel(fault);
  };
  const onExit = () => {
    if (fault === undefined && signal.aborted) return;
    report(fault ?? ended(new Error().stack));
    process.exitCode = EXIT.failed;
  };
  const onNothingLeft = () => {
    if (signal.aborted) process.exit(fault === undefined ? EXIT.interrupted : EXIT.failed);
    fault = new ImageSpecError("E_INTERNAL", "The work stopped before its end, waiting for nothing", {
      hint: "Report it, unless a spec or builder of your own waits for something that never comes.",
    });
    process.exit(EXIT.failed);
  };
  process.on("uncaughtException", onUncaught);
  process.on("exit", onExit);
  process.on("beforeExit", onNothingLeft);
  try {
    const result = await work();
    if (fault === undefined) return result;
    throw fault;
  } catch (error) {
    throw fault ?? error;
  } finally {
    process.off("uncaughtException", onUncaught);
    process.off("exit", onExit);
    process.off("beforeExit", onNothingLeft);
  }
}

/** The error to report for one that nothing caught: the error itself where it comes from this program. */
function uncaught(error: unknown): Error {
  const [place] = error instanceof Error ? places(error.stack) : [];
  if (error instanceof Error && place?.startsWith(OWN)) return error;
  const where = place === undefined ? "" : ` (${place})`;
  const message = `An error that nobody waits for ended the work: ${thrownText(error)}${where}`;
  return new ImageSpecError("E_ABORTED", message, {
    hint: "Correct the spec, config or builder: it has to catch what fails in its timers, callbacks and promises.",
    cause: error,
  });
}

/** The error for a process that ends before its work. `stack` is from the moment of its end. */
function ended(stack = ""): ImageSpecError {
  const [place] = places(stack.slice(stack.search(/^ +at process\.exit /m)));
  const where = place === undefined ? "" : ` by ${place}`;
  return new ImageSpecError("E_ABORTED", `The process was ended${where} before the work was done`, {
    hint: "Take process.exit() out of the spec, config or builder, and throw an error where it is to fail.",
  });
}

/** The folder of the program itself, as stacks write it. */
const OWN = new URL(".", import.meta.url).href;

/** The places in files that a stack names: `file:///project/spec.mjs:3:9`. Pure. */
function places(stack = ""): string[] {
  return [...stack.matchAll(/^ +at (?:.*\()?((?:file:|\/|[A-Z]:\\).*:\d+:\d+)\)?$/gm)].map(([, place = ""]) => place);
}
