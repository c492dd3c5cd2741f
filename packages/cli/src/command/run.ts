import { createContainer, findContainerCommand, runContainer } from "@imagespec/container-engine";
import { type ImageBuildEngine, ImageSpecError, pinnedReference } from "@imagespec/core";
import { buildOptions } from "../command-line/command-line.ts";
import { type PreparedRun, prepareRun } from "../container/prepare-run.ts";
import type { Command, CommandContext } from "../context/command-context.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";
import { errorText } from "../print/print-error.ts";
import { startProgress } from "../print/start-progress.ts";

/** The best shell that an image has. */
const SHELL = ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l"];

/**
 * `run`: builds the image if need be and runs a program in it; its exit code is the program's. With `--watch` again
 * whenever a file changes, until it is interrupted.
 */
export const run: Command = (context) => runIn(context, context.line.program);

/** `shell`: the same with the image's shell. */
export const shell: Command = (context) => runIn(context, SHELL);

async function runIn(context: CommandContext, program: readonly string[]): Promise<number> {
  const { line, env, signal, tell } = context;
  if (line.watch && line.file === "-") {
    throw new ImageSpecError("E_OPTIONS", "--watch cannot be used with a spec from standard input", {
      hint: "Write the spec to a file.",
    });
  }
  const command = await findContainerCommand(line.engine, env);
  const prepared = await prepareRun(context, program);
  const engine = projectEngine(context, prepared.folder);
  const build = async (one: PreparedRun) => {
    if (one.spec.registry === undefined && command !== "docker") {
      throw new ImageSpecError("E_OPTIONS", `${command} cannot see an image that is in docker's engine alone`, {
        hint: "Give the spec a registry, or run it with --engine docker.",
      });
    }
    return builtImage(one, engine, context);
  };
  const container = ({ command, mounts }: PreparedRun, image: string) => ({ image, command, mounts, gpus: line.gpus });
  const isTerminal = process.stdout.isTTY === true;
  if (!line.watch) {
    const image = await build(prepared);
    const terminal = process.stdin.isTTY === true && isTerminal;
    return runContainer(command, { ...container(prepared, image), input: true, terminal }, signal);
  }
  const { runAgain } = await import("../watch/run-again.ts");
  // A program that ends when it is told to need not be waited for. What the image itself starts may have to be the
  // first process, and the init of other commands than docker is a package that a machine may lack.
  const init = command === "docker" && program.length > 0;
  await runAgain(prepared, {
    prepare: () => prepareRun(context, program, true),
    build,
    // Without input, which the next run could not take over, the terminal stays as it is and Ctrl+C ends the watching.
    create: (one, image) =>
      createContainer(command, { ...container(one, image), input: false, terminal: isTerminal, init }),
    report: (error) => tell(errorText(error)),
    tell,
    signal,
  });
  return EXIT.interrupted;
}

/** The image's reference, built unless it exists. */
async function builtImage({ spec }: PreparedRun, engine: ImageBuildEngine, context: CommandContext): Promise<string> {
  const { line, env, signal } = context;
  const progress = startProgress(process.stderr, env);
  const outcome = await engine
    .build(spec, { ...buildOptions(line), signal, onEvent: (event) => progress.show(event) })
    .finally(() => progress.stop());
  const image = pinnedReference(outcome);
  if (image !== "") return image;
  throw new ImageSpecError("E_OPTIONS", "run was called inside the image's own container", {
    hint: "Run the program itself.",
  });
}
