#!/usr/bin/env node
import { EXIT } from "./command/command-context.ts";
import { readCommandLine } from "./command/command-line.ts";
import { interruptible } from "./interruptible.ts";
import { errorEvent, errorText, exitCodeOf } from "./print/print-error.ts";
import { quietWarnings } from "./quiet-warnings.ts";
import { runCommand } from "./run-command.ts";

quietWarnings();
const print = (text: string) => process.stdout.write(`${text}\n`);
const tell = (text: string) => process.stderr.write(text);
// Who reads the answer may have read enough (`imagespec plan | head`): the work goes on, and cleans up after itself.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  tell(`error: the answer cannot be written: ${error.message}\n`);
  process.exit(EXIT.failed);
});
process.stderr.on("error", () => {});

const args = process.argv.slice(2);
const exit = await interruptible(async (signal) => {
  try {
    return await runCommand(readCommandLine(args), { env: process.env, signal, print, tell });
  } catch (error) {
    if (args.includes("--json")) print(JSON.stringify(errorEvent(error)));
    else tell(errorText(error));
    return exitCodeOf(error);
  }
});
process.exitCode = exit;
// All that had to be cleaned up is: a connection that is still being opened must not hold an interrupted program.
if (exit === EXIT.interrupted) process.stdout.write("", () => process.exit());
