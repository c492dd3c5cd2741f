import { ImageSpecError } from "@imagespec/core";
import type { Target } from "../spec-file/read-targets.ts";

/** The targets named by --target in the file's order, or all. @throws ImageSpecError E_OPTIONS for a name that is none. */
export function chooseTargets(all: readonly Target[], names: readonly string[]): Target[] {
  const known = all.flatMap(({ name }) => (name === undefined ? [] : [name]));
  for (const name of names) {
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? "The file is one spec: leave --target out." : `Images: ${known.join(", ")}.`;
    throw new ImageSpecError("E_OPTIONS", `The file has no image "${name}".`, { hint });
  }
  return all.filter(({ name }) => names.length === 0 || (name !== undefined && names.includes(name)));
}

/** The only target, for commands whose answer is more than a line. @throws ImageSpecError E_OPTIONS when there are several. */
export function oneTarget(targets: readonly Target[], command: string): Target {
  const [first, second] = targets;
  if (first !== undefined && second === undefined) return first;
  throw new ImageSpecError("E_OPTIONS", `The file holds ${targets.length} images; ${command} takes one.`, {
    hint: `Choose it: --target ${targets.map(({ name }) => name).join("|")}`,
  });
}
