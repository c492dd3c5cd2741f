import { ImageSpecError, normalName } from "@imagespec/core/builder";
import { DIRECT_URL, type InstalledDistribution } from "../base/installed-distribution.ts";
import { sameVersion } from "../wheel/version.ts";
import type { Wheel } from "../wheel/wheel.ts";

/** The fields of a wheel that decide whether an environment lacks it. */
type Wanted = Pick<Wheel, "name" | "version" | "notes" | "isProject">;

/** The wheels to install, and the distributions to remove for them. */
interface Missing<W> {
  missing: W[];
  outdated: InstalledDistribution[];
}

/**
 * Which wheels an environment lacks, and which of its distributions they replace. Pure.
 *
 * A distribution of the same version stays, as it does under uv, unless it comes from elsewhere: it is replaced where
 * the requirement names an address and the distribution came from an index. With a uv.lock (`isSynced`) the reverse
 * holds too: what came from an address is replaced where the lock names an index. A project is always installed anew.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a distribution that the environment holds more than once, of which uv
 * removes only some, and for one that came from another address than the required one, since uv may take two spellings
 * of an address for the same.
 */
export function missingWheels<W extends Wanted>(
  wheels: readonly W[],
  installed: readonly InstalledDistribution[],
  isSynced = false,
): Missing<W> {
  const byName = Map.groupBy(installed, ({ name }) => normalName(name));
  const missing: W[] = [];
  const outdated: InstalledDistribution[] = [];
  for (const wheel of wheels) {
    const [found, again] = byName.get(normalName(wheel.name)) ?? [];
    if (found !== undefined && again !== undefined)
      throw new ImageSpecError("E_UNSUPPORTED", `The environment holds ${found.info} as well as ${again.info}`, {
        hint: "Use a base image whose environment has it once, or build with docker-buildx or kaniko.",
      });
    if (found !== undefined && sameVersion(found.version, wheel.version) && isOfSameOrigin(wheel, found, isSynced))
      continue;
    missing.push(wheel);
    if (found !== undefined) outdated.push(found);
  }
  return { missing, outdated };
}

function isOfSameOrigin(
  { notes, isProject }: Wanted,
  { origin, info }: InstalledDistribution,
  isSynced: boolean,
): boolean {
  if (isProject) return false;
  const address = notes?.[DIRECT_URL];
  if (address === undefined) return origin === undefined || !isSynced;
  if (origin === undefined || origin === address) return origin !== undefined;
  throw new ImageSpecError("E_UNSUPPORTED", `The environment has ${info} from another address than is required`, {
    hint: "Use the address that the base image has it from, or build with docker-buildx or kaniko.",
  });
}
