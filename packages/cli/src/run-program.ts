import { readCommandLine } from "./command-line/read-command-line.ts";
import { EXIT } from "./exit-codes.ts";
import { interruptible } from "./interruptible.ts";
import { quietWarnings } from "./quiet-warnings.ts";

const tell = (text: string) => process.stderr.write(text);

/** Runs the program with the arguments after its name, and ends the process once all its output has been written. */
export async function runProgram(args: readonly string[]): Promise<never> {
  quietWarnings();
  const answer = reserveStandardOutput();
  const lost = new AbortController();
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader may have read enough (`imagespec plan | head`): the work goes on. A terminal that is gone also sends
    // SIGHUP.
    if (error.code === "EPIPE" || error.code === "EIO" || lost.signal.aborted) return;
    tell(`error: E_OUTPUT: the answer cannot be written: ${error.message}\n`);
    lost.abort(error);
  });
  process.stderr.on("error", () => {});
  const exit = await interruptible((signal) => run(args, answer, signal, lost), lost.signal);
  await Promise.all([written(answer), written(process.stderr.write.bind(process.stderr))]);
  // A timer or connection that a plug-in or builder left open must not keep a finished program alive.
  process.exit(lost.signal.aborted ? EXIT.failed : exit);
}

async function run(
  args: readonly string[],
  answer: Write,
  signal: AbortSignal,
  lost: AbortController,
): Promise<number> {
  const print = (text: string) => answer(`${text}\n`);
  const read = readCommandLine(args);
  if (read.kind === "answer") {
    print(read.text);
    return EXIT.done;
  }
  const { errorEvent, errorText, exitCodeOf } = await import("./print/print-error.ts");
  const json = read.kind === "mistake" ? read.json : read.line.json;
  const report = (error: unknown) => {
    if (json) print(JSON.stringify(errorEvent(error)));
    else tell(errorText(error));
  };
  try {
    if (read.kind === "mistake") {
      const { ImageSpecError } = await import("@imagespec/core");
      throw new ImageSpecError("E_OPTIONS", read.message, { hint: read.hint });
    }
    const [{ runCommand }, { unlessCutShort }] = await Promise.all([
      import("./run-command.ts"),
      import("./cut-short.ts"),
    ]);
    const work = () => runCommand(read.line, { env: process.env, signal, print, tell });
    return await unlessCutShort(work, { signal, report, cancel: (error) => lost.abort(error) });
  } catch (error) {
    // An answer that could not be written has been reported already.
    if (lost.signal.aborted && error !== lost.signal.reason) return EXIT.failed;
    report(error);
    return exitCodeOf(error);
  }
}

type Write = (text: string, done?: () => void) => void;

/**
 * Keeps standard output for the answer, and returns the function that writes it. What a spec, a config or a builder
 * prints there while it runs in this process goes to standard error.
 */
function reserveStandardOutput(): Write {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  return (text, done) => void write(text, done);
}

function written(write: Write): Promise<void> {
  return new Promise((done) => write("", done));
}
