import { ImageSpecError, markerHolds } from "@imagespec/core/builder";
import { parse } from "smol-toml";
import { preferWheel } from "../wheel/prefer-wheel.ts";
import { normalizeName, parseWheelName } from "../wheel/wheel-name.ts";
import { type LockLimits, markerEnvironment, refuseOtherTargets } from "./lock-limits.ts";
import { type Artifact, candidate, type LockedPackage } from "./pylock.ts";
import type { PythonTarget } from "./python-target.ts";
import type { ResolvedSource, ResolvedWheel } from "./resolved-wheel.ts";
import { wheelFits } from "./wheel-tags.ts";

interface Pylock extends LockLimits {
  packages?: (LockedPackage & { marker?: string })[];
}

/** What a lock names for one target: wheels, and what has none and would have to be built. */
export interface LockedDistributions {
  wheels: ResolvedWheel[];
  sources: ResolvedSource[];
}

/**
 * What a pylock.toml (PEP 751) names for a target: the packages whose marker holds, each with the wheel that fits best.
 * Reads no network. Throws E_RESOLVE for a lock of another Python or platform, E_UNSUPPORTED for a package with neither
 * a wheel that fits nor a source.
 */
export function lockedDistributions(text: string, target: PythonTarget, subject: string): LockedDistributions {
  const lock = parse(text) as Pylock;
  const environment = markerEnvironment(target);
  refuseOtherTargets(lock, environment, subject);
  const found: LockedDistributions = { wheels: [], sources: [] };
  for (const locked of lock.packages ?? []) {
    if (locked.marker !== undefined && !markerHolds(locked.marker, environment)) continue;
    const wheel = wheelOf(locked, target);
    if (wheel !== undefined) found.wheels.push(wheel);
    else found.sources.push(sourceOf(locked));
  }
  return found;
}

function wheelOf(locked: LockedPackage, target: PythonTarget): ResolvedWheel | undefined {
  const artifacts: Artifact[] = locked.archive ? [locked.archive] : (locked.wheels ?? []);
  const wheels = artifacts
    .map((artifact) => candidate(locked, artifact, "/"))
    .filter(({ filename }) => filename.endsWith(".whl") && wheelFits(parseWheelName(filename), target));
  const wheel = preferWheel(wheels, target.minor);
  return wheel && { ...wheel, name: normalizeName(locked.name) };
}

/** A distribution as its source: an archive or a commit. */
export function sourceOf(locked: LockedPackage): ResolvedSource {
  const { name, version, vcs } = locked;
  const artifact = locked.archive ?? locked.sdist;
  if (vcs?.url !== undefined && vcs["commit-id"] !== undefined) {
    const { url, subdirectory } = vcs;
    return { name, version, git: { url, commit: vcs["commit-id"], subdirectory, revision: vcs["requested-revision"] } };
  }
  if (artifact !== undefined && !artifact.name?.endsWith(".whl")) {
    const { filename, url, hashes, size } = candidate(locked, artifact, "/");
    if (!filename.endsWith(".whl")) return { name, version, archive: { filename, url, hashes, size } };
  }
  const subject = `${name}${version === undefined ? "" : ` ${version}`}`;
  throw new ImageSpecError("E_UNSUPPORTED", `${subject} has neither a wheel for this platform nor a source`, {
    hint: "Lock a version that has one.",
  });
}
