import { ImageSpecError, normalName } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { sameVersion } from "../wheel/version.ts";
import type { Wheel } from "../wheel/wheel-layers.ts";

/**
 * Which wheels an environment lacks, and what it holds in another version of them.
 *
 * @throws ImageSpecError E_UNSUPPORTED for one that the environment holds more than once, of which uv takes some out.
 */
export function missingWheels<W extends Pick<Wheel, "name" | "version">>(
  wheels: readonly W[],
  installed: readonly InstalledDistribution[],
): { missing: W[]; outdated: InstalledDistribution[] } {
  const byName = Map.groupBy(installed, ({ name }) => normalName(name));
  const missing: W[] = [];
  const outdated: InstalledDistribution[] = [];
  for (const wheel of wheels) {
    const [found, again] = byName.get(normalName(wheel.name)) ?? [];
    if (found !== undefined && again !== undefined)
      throw new ImageSpecError("E_UNSUPPORTED", `The environment holds ${found.info} as well as ${again.info}`, {
        hint: "Use a base image whose environment has it once, or build with docker-buildx or kaniko.",
      });
    if (found !== undefined && sameVersion(found.version, wheel.version)) continue;
    missing.push(wheel);
    if (found !== undefined) outdated.push(found);
  }
  return { missing, outdated };
}
