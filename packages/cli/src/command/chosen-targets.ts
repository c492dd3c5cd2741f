import { ImageSpecError } from "@imagespec/core";
import { readSpec } from "../spec-file/read-spec.ts";
import { readTargets, type Target } from "../spec-file/read-targets.ts";
import type { CommandContext } from "./command-context.ts";

/** The images a command is about, and the folder of the file they stand in (standard input has none). */
export interface ChosenTargets {
  targets: Target[];
  folder: string | undefined;
}

/**
 * The images of FILE, bases first: those that --target names, or all.
 *
 * @throws ImageSpecError E_OPTIONS for a name the file does not have; E_INPUT_FILE, E_SPEC, E_CYCLE for the file.
 */
export async function chosenTargets({ line, signal }: CommandContext): Promise<ChosenTargets> {
  const { content, root, folder } = await readSpec(line, signal);
  return { targets: choose(readTargets(content, root), line.targets), folder };
}

/** The only image a command is about. @throws ImageSpecError E_OPTIONS when there are several. */
export async function onlyTarget(context: CommandContext): Promise<{ target: Target; folder: string | undefined }> {
  const { targets, folder } = await chosenTargets(context);
  const [target, second] = targets;
  if (target !== undefined && second === undefined) return { target, folder };
  const names = targets.map(({ name }) => name).join("|");
  throw new ImageSpecError("E_OPTIONS", `The file holds ${targets.length} images; ${context.line.command} takes one`, {
    hint: `Choose it with --target ${names}.`,
  });
}

function choose(all: readonly Target[], names: readonly string[]): Target[] {
  const known = all.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? "Leave --target out: the file is one spec." : `Images: ${known.join(", ")}.`;
    throw new ImageSpecError("E_OPTIONS", `The file has no image "${name}"`, { hint });
  }
  return all.filter(({ name }) => names.length === 0 || (name !== undefined && names.includes(name)));
}
