import { ImageSpecError, markerHolds, normalName } from "@imagespec/core/builder";
import type { PythonTarget } from "../target/python-target.ts";
import { type WheelTags, wheelTags } from "../target/wheel-tags.ts";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { parseWheelName } from "../wheel/wheel-name.ts";
import { type LockLimits, markerEnvironment, refuseOtherTargets } from "./lock-limits.ts";
import { type LockedPackage, sourceOf, wheelsOf } from "./pylock.ts";
import type { ResolvedDistributions, ResolvedWheel } from "./resolved-wheel.ts";

/** A pylock.toml, as it is parsed. */
export interface Pylock extends LockLimits {
  packages?: (LockedPackage & { marker?: string; "requires-python"?: string })[];
}

/**
 * What a pylock.toml (PEP 751) names for a target: the packages whose marker holds, each with the wheel that fits best.
 * Reads no network.
 *
 * @throws ImageSpecError E_RESOLVE for a lock or package of another Python or platform, and for a package that stands
 * there twice, E_UNSUPPORTED for one with neither a wheel that fits nor a source.
 */
export function lockedDistributions(lock: Pylock, target: PythonTarget, subject: string): ResolvedDistributions {
  const environment = markerEnvironment(target);
  const tags = wheelTags(target);
  refuseOtherTargets(lock, environment, subject);
  const found: ResolvedDistributions = { wheels: [], sources: [] };
  const names = new Set<string>();
  for (const locked of lock.packages ?? []) {
    if (locked.marker !== undefined && !markerHolds(locked.marker, environment)) continue;
    const name = normalName(locked.name);
    if (names.has(name))
      throw new ImageSpecError("E_RESOLVE", `${subject} has two packages '${name}' for this environment`, {
        hint: "Lock again: one of them has to be left out by its marker.",
      });
    names.add(name);
    const python = locked["requires-python"];
    if (python !== undefined) refuseOtherTargets({ "requires-python": python }, environment, `${name} of ${subject}`);
    const wheel = wheelOf(locked, tags);
    if (wheel !== undefined) found.wheels.push(wheel);
    else found.sources.push(sourceOf(locked));
  }
  return found;
}

function wheelOf(locked: LockedPackage, tags: WheelTags): ResolvedWheel | undefined {
  const wheels = wheelsOf(locked, "/");
  // For uv, too, a single malformed file name makes the lock invalid.
  for (const { filename } of wheels) parseWheelName(filename);
  const wheel = preferWheel(wheels, tags);
  return wheel && { ...wheel, name: normalName(locked.name) };
}
