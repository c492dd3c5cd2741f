import { ImageSpec, ImageSpecError } from "@imagespec/core";
import { readSpec, readTargets, type Target } from "@imagespec/spec-file";
import type { CommandLine } from "../command-line/command-line.ts";
import type { CommandContext } from "../context/command-context.ts";

/** The images that a command is about, and the folder of their file (standard input has none). */
export interface ChosenTargets {
  targets: Target[];
  folder: string | undefined;
}

/**
 * The images of FILE, bases first: those that --target names, or all. `anew`: it was read before, and may have changed.
 *
 * @throws ImageSpecError E_OPTIONS for a name the file does not have, or an id for several images; E_INPUT_FILE,
 * E_SPEC, E_CYCLE for the file.
 */
export async function chosenTargets({ line, signal }: CommandContext, anew = false): Promise<ChosenTargets> {
  const source = await readSpec({ ...line, anew }, signal);
  const { folder } = source;
  const targets = choose(await readTargets(source), line.targets);
  const { id } = line;
  if (id === undefined) return { targets, folder };
  const { name, spec } = only(targets, line, "--id");
  return { targets: [{ name, spec: ImageSpec.parse(spec, { id }) }], folder };
}

/** The only image a command is about. @throws ImageSpecError E_OPTIONS when there are several. */
export async function onlyTarget(
  context: CommandContext,
  anew = false,
): Promise<{ target: Target; folder: string | undefined }> {
  const { targets, folder } = await chosenTargets(context, anew);
  return { target: only(targets, context.line, context.line.command), folder };
}

function only(targets: readonly Target[], { targets: named }: CommandLine, taker: string): Target {
  const [target, second] = targets;
  if (target !== undefined && second === undefined) return target;
  const names = targets.map(({ name }) => name).join("|");
  const who = named.length > 0 ? "--target names" : "The file holds";
  throw new ImageSpecError("E_OPTIONS", `${who} ${targets.length} images, and ${taker} takes one`, {
    hint: `Choose one with --target ${names}.`,
  });
}

function choose(all: readonly Target[], names: readonly string[]): Target[] {
  const known = all.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint =
      known.length === 0 ? "Leave --target out: the file is one spec." : `Name one of the images ${known.join(", ")}.`;
    throw new ImageSpecError("E_OPTIONS", `The file has no image "${name}"`, { hint });
  }
  return all.filter(({ name }) => names.length === 0 || (name !== undefined && names.includes(name)));
}
