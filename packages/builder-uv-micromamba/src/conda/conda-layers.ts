import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { addParentFolders } from "../layer/parent-folders.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { type CondaTarget, condaEntries } from "./conda-entries.ts";
import type { CondaPackage } from "./conda-package.ts";

/** Raised when the entries made of a package should differ. */
const RECIPE = 2;

/** Gets a package's archive, checked by its hash, and returns its file. */
export type FetchPackage = (pack: CondaPackage, signal: AbortSignal) => Promise<string>;

/** The layers of a conda environment: grouped as wheels are; packages are fetched only for layers that must be made. */
export function condaLayers(
  packages: readonly CondaPackage[],
  target: CondaTarget,
  limit: number,
  fetchPackage: FetchPackage,
): LayerSource[] {
  const groups = groupForLayers(packages, ({ record }) => ({ name: record.name, size: record.size ?? 0 }), limit);
  return groups.map((group, at) => ({
    key: {
      conda: group.map(({ record }) => record.sha256),
      records: group.map(({ url }) => url),
      target,
      first: at === 0,
      recipe: RECIPE,
    },
    // Hundreds of megabytes of programs, which nobody has deflated: time counts for more here than bytes that never differ.
    compression: "zlib",
    title: `conda packages: ${group.map(({ record }) => `${record.name} ${record.version}`).join(", ")}`,
    entries: (signal: AbortSignal) =>
      addParentFolders(entries(group, { target, isFirst: at === 0, fetchPackage, signal }), target.prefix.slice(1)),
  }));
}

async function* entries(
  group: readonly CondaPackage[],
  layer: { target: CondaTarget; isFirst: boolean; fetchPackage: FetchPackage; signal: AbortSignal },
): AsyncGenerator<TarEntry> {
  const { target, isFirst, fetchPackage, signal } = layer;
  // conda and mamba take a folder with this file for an environment.
  if (isFirst) yield textFile(`${target.prefix.slice(1)}/conda-meta/history`, "");
  const seen = new Set<string>();
  for (const pack of group) {
    for await (const entry of condaEntries(pack, await fetchPackage(pack, signal), target)) {
      if (seen.has(entry.path)) continue; // Two packages with one file: the first stays, as conda's linker has it.
      seen.add(entry.path);
      yield entry;
    }
  }
}
