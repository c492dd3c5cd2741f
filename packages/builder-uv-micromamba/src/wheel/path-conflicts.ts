import type { WheelTarget } from "./wheel-target.ts";

/** A file that a distribution installs. `sum` is the same for the same content. */
export type InstalledFile = readonly [path: string, sum: string];

export interface InstalledFiles {
  /** `six 1.0` */
  distribution: string;
  files: readonly InstalledFile[];
}

/**
 * What each of these distributions, given in name order, must leave out so that the image does not depend on how they
 * are spread over layers: a path that several have is taken from the last one, and none may replace the environment's interpreter.
 * `warnings` name both sides where the contents differ. Pure.
 */
export function pathConflicts(
  distributions: readonly InstalledFiles[],
  target: WheelTarget,
): { without: Set<string>[]; warnings: string[] } {
  return keepLast(distributions, interpreterPaths(target));
}

/**
 * What each of these, in the order given, must leave out: a path that several have is kept by the last one only, and
 * paths in `kept`, or below them, by none. Pure.
 */
export function keepLast(
  distributions: readonly InstalledFiles[],
  kept: readonly string[] = [],
): { without: Set<string>[]; warnings: string[] } {
  const without = distributions.map(() => new Set<string>());
  const warnings: string[] = [];
  const owners = new Map<string, { at: number; sum: string }>();
  for (const [at, { distribution, files }] of distributions.entries()) {
    for (const [path, sum] of files) {
      const interpreter = kept.find((one) => path === one || path.startsWith(`${one}/`));
      if (interpreter !== undefined) {
        without[at]?.add(path);
        warnings.push(`${distribution} has /${path}, which is the environment's own and stays so`);
        continue;
      }
      const owner = owners.get(path);
      owners.set(path, { at, sum });
      if (owner === undefined) continue;
      without[owner.at]?.add(path);
      if (owner.sum !== sum)
        warnings.push(
          `/${path} is in ${distributions[owner.at]?.distribution} and in ${distribution}: the latter's stays`,
        );
    }
  }
  return { without, warnings };
}

function interpreterPaths({ prefix, pythonMinor }: WheelTarget): string[] {
  return ["bin/python", "bin/python3", `bin/python${pythonMinor}`, "pyvenv.cfg"].map((path) => `${prefix}/${path}`);
}
