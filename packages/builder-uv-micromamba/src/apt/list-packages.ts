import { inParallel } from "@imagespec/registry/terms";
import { effectsOf, type PackageEffects } from "./maintainer-scripts/package-effects.ts";
import {
  type AptArchive,
  knownContents,
  type PackageContents,
  type PackageReading,
  packageContents,
} from "./package/package-contents.ts";

/** Packages fetched and listed at once. */
const PARALLEL = 4;

/**
 * The contents of packages, and what their scripts do. Where an earlier build has read a package that only a container
 * can install, this ends before anything is fetched; where it is read for the first time, before the other packages
 * are.
 *
 * @throws ImageSpecError E_UNSUPPORTED, by name, for a package that cannot be installed as data.
 */
export async function listPackages(
  archives: readonly AptArchive[],
  reading: PackageReading,
): Promise<PackageEffects[]> {
  const known: (PackageEffects | undefined)[] = [];
  for (const [at, archive] of archives.entries()) {
    const contents = await knownContents(archive, reading);
    known.push(contents && withEffects(archive, at, contents));
  }
  const all = [...archives.entries()];
  return inParallel(
    all,
    { most: PARALLEL, signal: reading.signal },
    async ([at, archive], signal) =>
      known[at] ?? withEffects(archive, at, await packageContents(archive, { ...reading, signal })),
  );
}

function withEffects({ name }: AptArchive, at: number, contents: PackageContents): PackageEffects {
  return { package: name, at, contents, effects: effectsOf(name, contents) };
}
