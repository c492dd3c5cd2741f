import type { Writable } from "node:stream";
import { readCommandLine } from "./command-line/read-command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptible } from "./interruptible.ts";
import { quietWarnings } from "./quiet-warnings.ts";

const print = (text: string) => process.stdout.write(`${text}\n`);
const tell = (text: string) => process.stderr.write(text);

/** Runs the program with the arguments after its name, and ends the process once all it said has been written. */
export async function runProgram(args: readonly string[]): Promise<never> {
  quietWarnings();
  // The reader of the answer may have read enough (`imagespec plan | head`): the work goes on, and cleans up after itself.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    tell(`error: E_OUTPUT: the answer cannot be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  process.stderr.on("error", () => {});
  const exit = await interruptible((signal) => run(args, signal));
  await Promise.all([process.stdout, process.stderr].map(written));
  // Nothing that a plug-in or builder left open (a timer, a connection) keeps a finished program alive.
  process.exit(exit);
}

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
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
    if (args.includes("--json")) print(JSON.stringify(errorEvent(error)));
    else tell(errorText(error));
    return exitCodeOf(error);
  }
}

function written(stream: Writable): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}
