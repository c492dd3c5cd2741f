/** A file that a distribution installs. `sum` is the same for the same content. */
export type InstalledFile = readonly [path: string, sum: string];

export interface InstalledFiles {
  /** `six 1.0` */
  distribution: string;
  files: readonly InstalledFile[];
}

/**
 * What each of these, in the order given, must leave out so that the image does not depend on how they are spread over
 * layers: a path that several have is kept by the last one only. `warnings` name both sides where the contents differ. Pure.
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
