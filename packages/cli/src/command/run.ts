import { findContainerCommand, runContainer } from "@imagespec/container-engine";
import { ImageSpecError, type OnUnknown, pinnedReference, runtimeCommand } from "@imagespec/core";
import { startProgress } from "../print/start-progress.ts";
import { onlyTarget } from "./chosen-targets.ts";
import type { Command, CommandContext } from "./command-context.ts";
import { projectEngine } from "./project-engine.ts";
import { resolveTarget } from "./resolve-target.ts";
import { sourceMounts } from "./source-mounts.ts";

/** The best shell that an image has. */
const SHELL = ["/bin/sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l"];

/** `run`: builds the image if need be and runs a program in it; its exit code is the program's. */
export const run: Command = (context) => runIn(context, context.line.program);

/** `shell`: the same with the image's shell. */
export const shell: Command = (context) => runIn(context, SHELL);

async function runIn(context: CommandContext, program: readonly string[]): Promise<number> {
  const { line, env, signal } = context;
  const command = await findContainerCommand(line.engine, env);
  const { target, folder } = await onlyTarget(context);
  const { spec } = target;
  if (spec.registry === undefined && command !== "docker") {
    throw new ImageSpecError("E_OPTIONS", `${command} cannot see an image that is in docker's engine alone`, {
      hint: "Give the spec a registry, or run it with --engine docker.",
    });
  }
  const progress = startProgress(process.stderr, env);
  const outcome = await projectEngine(context, folder)
    .build(spec, {
      builder: line.builder,
      builderOptions: line.builderOptions,
      platform: line.platform,
      onUnknown: line.onUnknown as OnUnknown | undefined,
      signal,
      onEvent: (event) => progress.show(event),
    })
    .finally(() => progress.stop());
  const image = pinnedReference(outcome);
  if (image === "") {
    throw new ImageSpecError("E_OPTIONS", "run was called inside the image's own container", {
      hint: "Run the program itself.",
    });
  }
  const mounts = line.mountSource ? sourceMounts(spec, (await resolveTarget(target, context)).resolved.files) : [];
  const needsInstall = program.length > 0 && (spec.runtimePackages ?? []).length > 0;
  return runContainer(
    command,
    {
      image,
      command: needsInstall ? runtimeCommand(spec, program) : program,
      mounts,
      gpus: line.gpus,
      terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
    },
    signal,
  );
}
