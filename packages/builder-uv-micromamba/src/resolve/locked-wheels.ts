import { markerHolds, normalName } from "@imagespec/core/builder";
import type { PythonTarget } from "../target/python-target.ts";
import { wheelFits } from "../target/wheel-tags.ts";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { parseWheelName } from "../wheel/wheel-name.ts";
import { type LockLimits, markerEnvironment, refuseOtherTargets } from "./lock-limits.ts";
import { type LockedPackage, sourceOf, wheelsOf } from "./pylock.ts";
import type { ResolvedDistributions, ResolvedWheel } from "./resolved-wheel.ts";

/** A pylock.toml, as it is parsed. */
export interface Pylock extends LockLimits {
  packages?: (LockedPackage & { marker?: string })[];
}

/**
 * What a pylock.toml (PEP 751) names for a target: the packages whose marker holds, each with the wheel that fits best.
 * Reads no network.
 *
 * @throws ImageSpecError E_RESOLVE for a lock of another Python or platform, E_UNSUPPORTED for a package with neither a
 * wheel that fits nor a source.
 */
export function lockedDistributions(lock: Pylock, target: PythonTarget, subject: string): ResolvedDistributions {
  const environment = markerEnvironment(target);
  refuseOtherTargets(lock, environment, subject);
  const found: ResolvedDistributions = { wheels: [], sources: [] };
  for (const locked of lock.packages ?? []) {
    if (locked.marker !== undefined && !markerHolds(locked.marker, environment)) continue;
    const wheel = wheelOf(locked, target);
    if (wheel !== undefined) found.wheels.push(wheel);
    else found.sources.push(sourceOf(locked));
  }
  return found;
}

function wheelOf(locked: LockedPackage, target: PythonTarget): ResolvedWheel | undefined {
  const fitting = wheelsOf(locked, "/").filter(({ filename }) => wheelFits(parseWheelName(filename), target));
  const wheel = preferWheel(fitting, target.minor);
  return wheel && { ...wheel, name: normalName(locked.name) };
}
