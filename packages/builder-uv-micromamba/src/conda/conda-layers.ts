import { ImageSpecError } from "@imagespec/core/builder";
import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { type InstalledFile, keepLast, refuseFileAndFolder } from "../wheel/path-conflicts.ts";
import { type CondaTarget, condaEntries } from "./conda-entries.ts";
import type { CondaPackage } from "./conda-package.ts";

/** Part of the cache key; raised when a package should give other entries. */
const RECIPE = 3;

/** Fetches a package's archive, checks its hash, and returns its path. */
export type FetchPackage = (pack: CondaPackage, signal: AbortSignal) => Promise<string>;

/** A package, and the files that it installs. */
export interface ListedPackage {
  pack: CondaPackage;
  files: readonly InstalledFile[];
}

/** The environment, and what making its layers takes. */
export interface CondaLayersQuestion {
  target: CondaTarget;
  /** The most layers there may be. */
  limit: number;
  fetchPackage: FetchPackage;
  warn(message: string): void;
}

/**
 * The layers of a conda environment: grouped as wheels are; packages are fetched only for layers that must be made. A
 * path that several have is taken from the one whose name is last, whatever layer it is in.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a path that is a link in one package and a folder in another.
 */
export function condaLayers(packages: readonly ListedPackage[], question: CondaLayersQuestion): LayerSource[] {
  const { target, limit, fetchPackage, warn } = question;
  const sorted = [...packages].sort((one, other) => (one.pack.record.name < other.pack.record.name ? -1 : 1));
  const distributions = sorted.map(({ pack: { record }, files }) => ({
    distribution: `${record.name} ${record.version}`,
    files,
  }));
  // conda writes through such a link, and a layer puts a folder in its place.
  refuseFileAndFolder(distributions, "E_UNSUPPORTED");
  const { without, warnings } = keepLast(distributions);
  warnings.forEach(warn);
  const parts = sorted.map(({ pack }, at): PackagePart => ({ ...pack, without: without[at] ?? new Set() }));
  const groups = groupForLayers(parts, ({ record }) => ({ name: record.name, size: record.size ?? 0 }), limit);
  return groups.map((group, at) => ({
    key: {
      conda: group.map(({ record }) => record.sha256),
      records: group.map(({ url }) => url),
      without: group.map((part) => [...part.without].sort()),
      target,
      first: at === 0,
      recipe: RECIPE,
    },
    // Conda packages are not deflated, and have hundreds of megabytes: zlib's speed counts for more here than layers
    // that are the same under every version of zlib.
    compression: "zlib",
    title: `conda packages: ${group.map(({ record }) => `${record.name} ${record.version}`).join(", ")}`,
    entries: (signal: AbortSignal) =>
      addParentFolders(entries(group, { target, isFirst: at === 0, fetchPackage, signal }), target.prefix.slice(1)),
  }));
}

/** A package, and the paths that it leaves to other packages. */
interface PackagePart extends CondaPackage {
  without: ReadonlySet<string>;
}

async function* entries(
  group: readonly PackagePart[],
  layer: { target: CondaTarget; isFirst: boolean; fetchPackage: FetchPackage; signal: AbortSignal },
): AsyncGenerator<TarEntry> {
  const { target, isFirst, fetchPackage, signal } = layer;
  // conda and mamba take a folder with this file for an environment.
  if (isFirst) yield textFile(`${target.prefix.slice(1)}/conda-meta/history`, "");
  for (const { without, ...pack } of group) {
    const seen = new Set<string>();
    for await (const entry of condaEntries(pack, await fetchPackage(pack, signal), target)) {
      // Of a path that a package has twice, the first stays, as with conda's linker.
      if (seen.has(entry.path) || without.has(entry.path)) continue;
      if (entry.type === "hardlink" && !seen.has(entry.link))
        throw new ImageSpecError(
          "E_UNSUPPORTED",
          `${pack.fn} has a hard link to /${entry.link}, which is not its own`,
          { hint: "Build with docker-buildx or kaniko." },
        );
      seen.add(entry.path);
      yield entry;
    }
  }
}
