import { ImageSpecError, normalName } from "@imagespec/core/builder";
import type { BaseEnvironment, BaseInspector } from "../base/base-inspector.ts";
import { DIRECT_URL, type InstalledDistribution } from "../base/installed-distribution.ts";
import { sameVersion } from "../wheel/version.ts";
import type { Wheel } from "../wheel/wheel-layers.ts";

/** What of a wheel decides whether an environment lacks it. */
type Wanted = Pick<Wheel, "name" | "version" | "notes" | "isProject">;

/** What an environment lacks, and what has to go for it. */
interface Missing<W> {
  missing: W[];
  outdated: InstalledDistribution[];
}

/**
 * Which wheels an environment lacks, and what it holds in another version of them or from elsewhere: uv takes what has
 * the same version for another one when the requirement names an address that it does not come from, and for a uv.lock
 * (`isSynced`) also when it comes from an address and the lock names an index. A project is always made anew.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one that the environment holds more than once, of which uv takes some out,
 * and for one from another address, since addresses in several spellings may be the same to uv.
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
    if (found !== undefined && sameVersion(found.version, wheel.version) && isFromThere(wheel, found, isSynced))
      continue;
    missing.push(wheel);
    if (found !== undefined) outdated.push(found);
  }
  return { missing, outdated };
}

function isFromThere(
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

/** What a base's environment holds, with the origins of those that wheels may replace. */
export async function withOrigins(
  { prefix, python, distributions }: BaseEnvironment,
  wheels: readonly Wanted[],
  inspector: BaseInspector,
): Promise<InstalledDistribution[]> {
  const names = new Set(wheels.map(({ name }) => normalName(name)));
  const site = `${prefix.slice(1)}/lib/python${python.minor}/site-packages`;
  const pathOf = ({ info }: InstalledDistribution) => `${site}/${info}/${DIRECT_URL}`;
  const wanted = distributions.filter(({ name }) => names.has(normalName(name))).map(pathOf);
  const isThere = await Promise.all(wanted.map((path) => inspector.tree.get(path)));
  const paths = wanted.filter((_, at) => isThere[at] !== undefined);
  const texts = await inspector.contents(paths);
  return distributions.map((one) => ({ ...one, origin: texts.get(pathOf(one))?.toString("utf8") }));
}
