import { ImageSpecError } from "@imagespec/core/builder";

/** A file that a distribution installs. Files with the same content have the same `sum`. */
export type InstalledFile = readonly [path: string, sum: string];

export interface InstalledFiles {
  /** `six 1.0` */
  distribution: string;
  files: readonly InstalledFile[];
}

/**
 * The paths that each distribution must leave out, so that the image does not depend on how distributions are spread
 * over layers: of several with one path, only the last in the given order keeps it. `warnings` name both sides where
 * the contents differ. Pure.
 */
export function keepLast(distributions: readonly InstalledFiles[]): { without: Set<string>[]; warnings: string[] } {
  const without = distributions.map(() => new Set<string>());
  const warnings: string[] = [];
  const owners = new Map<string, { at: number; sum: string }>();
  for (const [at, { distribution, files }] of distributions.entries()) {
    for (const [path, sum] of files) {
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

/**
 * Refuses a path that is a file or link in one distribution and a folder in another, or in the same one.
 *
 * @throws ImageSpecError with the given code, naming both.
 */
export function refuseFileAndFolder(
  distributions: readonly InstalledFiles[],
  code: "E_RESOLVE" | "E_UNSUPPORTED",
): void {
  const files = new Map<string, string>();
  for (const { distribution, files: own } of distributions) for (const [path] of own) files.set(path, distribution);
  const passed = new Set<string>();
  for (const { distribution, files: own } of distributions) {
    for (const [path] of own) {
      for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
        const folder = path.slice(0, end);
        if (passed.has(folder)) break;
        passed.add(folder);
        const other = files.get(folder);
        if (other !== undefined)
          throw new ImageSpecError(code, `/${folder} is a file in ${other} and a folder in ${distribution}`, {
            hint: "Leave one of the packages out, or use other versions of them.",
          });
      }
    }
  }
}
