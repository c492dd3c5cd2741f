import { normalName } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { sameVersion } from "../wheel/version.ts";
import type { Wheel } from "../wheel/wheel-layers.ts";

/** Which wheels an environment lacks, and what it holds in another version of them. */
export function missingWheels<W extends Pick<Wheel, "name" | "version">>(
  wheels: readonly W[],
  installed: readonly InstalledDistribution[],
): { missing: W[]; outdated: InstalledDistribution[] } {
  const byName = new Map(installed.map((one) => [normalName(one.name), one]));
  const present = ({ name }: W) => byName.get(normalName(name));
  const missing = wheels.filter((wheel) => {
    const found = present(wheel);
    return found === undefined || !sameVersion(found.version, wheel.version);
  });
  return { missing, outdated: missing.flatMap((wheel) => present(wheel) ?? []) };
}
