import { distributionOf, type InstalledDistribution } from "../base/installed-distribution.ts";
import type { CondaArchive } from "./conda-archive.ts";
import type { CondaPackage } from "./conda-package.ts";
import { listedPaths } from "./package-paths.ts";

/** What must be known of a package before its layer is made, if it is made at all. */
export interface CondaPackageContents {
  /** Scripts that conda would run while it lays the package out. They are never run here. */
  linkScripts: string[];
  /** Python distributions in it: `requests`, `2.32.3`. */
  distributions: InstalledDistribution[];
}

/** Reads a package's list of files. */
export async function readCondaContents(
  archive: CondaArchive,
  { fn, record: { name } }: CondaPackage,
): Promise<CondaPackageContents> {
  const paths = await listedPaths(archive, fn);
  const scripts = [`bin/.${name}-post-link.sh`, `bin/.${name}-pre-link.sh`];
  const infos = new Set<string>();
  for (const path of paths) {
    const info = /(?:^|\/)site-packages\/([^/]+\.(?:dist-info|egg-info))(?:\/|$)/.exec(path)?.[1];
    if (info !== undefined) infos.add(info);
  }
  return {
    linkScripts: scripts.filter((script) => paths.includes(script)),
    distributions: [...infos].sort().flatMap(distributionOf),
  };
}
