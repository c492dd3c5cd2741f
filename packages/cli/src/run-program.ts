import type { Writable } from "node:stream";
import { readCommandLine } from "./command-line/read-command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptible } from "./interruptible.ts";
import { quietWarnings } from "./quiet-warnings.ts";

const print = (text: string) => process.stdout.write(`${text}\n`);
const tell = (text: string) => process.stderr.write(text);

/** Runs the program with the arguments after its name, and ends the process once all its output has been written. */
export async function runProgram(args: readonly string[]): Promise<never> {
  quietWarnings();
  const lost = new AbortController();
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of the answer may have read enough (`imagespec plan | head`): the work goes on. A terminal that is gone
    // sends SIGHUP besides.
    if (error.code === "EPIPE" || error.code === "EIO" || lost.signal.aborted) return;
    tell(`error: E_OUTPUT: the answer cannot be written: ${error.message}\n`);
    lost.abort(error);
  });
  process.stderr.on("error", () => {});
  const exit = await interruptible((signal) => run(args, signal, lost.signal), lost.signal);
  await Promise.all([process.stdout, process.stderr].map(written));
  // A timer or connection that a plug-in or builder left open must not keep a finished program alive.
  process.exit(lost.signal.aborted ? EXIT.failed : exit);
}

async function run(args: readonly string[], signal: AbortSignal, lost: AbortSignal): Promise<number> {
  const read = readCommandLine(args);
  if (read.kind === "answer") {
    print(read.text);
    return EXIT.done;
  }
  const { errorEvent, errorText, exitCodeOf } = await import("./print/print-error.ts");
  try {
    if (read.kind === "mistake") {
      const { ImageSpecError } = await import("@imagespec/core");
      throw new ImageSpecError("E_OPTIONS", read.message, { hint: read.hint });
    }
    const { runCommand } = await import("./run-command.ts");
    return await runCommand(read.line, { env: process.env, signal, print, tell });
  } catch (error) {
    // Reported already, where it happened.
    if (lost.aborted) return EXIT.failed;
    const json = read.kind === "mistake" ? read.json : read.line.json;
    if (json) print(JSON.stringify(errorEvent(error)));
    else tell(errorText(error));
    return exitCodeOf(error);
  }
}

function written(stream: Writable): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}
