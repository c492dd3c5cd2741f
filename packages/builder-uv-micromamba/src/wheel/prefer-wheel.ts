import type { WheelTags } from "../target/wheel-tags.ts";
import { readWheelName, type WheelName } from "./wheel-name.ts";

/**
 * The wheel that uv would install: the one with the best tag for the target; among those the one with the highest build
 * tag, and then the first. Undefined where none fits. Files with other names than wheels have are passed over.
 */
export function preferWheel<T extends { filename: string }>(wheels: readonly T[], tags: WheelTags): T | undefined {
  let best: { wheel: T; place: number; build: string | undefined } | undefined;
  for (const wheel of wheels) {
    const name = readWheelName(wheel.filename);
    const place = name && placeOf(name, tags);
    if (place === undefined) continue;
    const ahead = best === undefined ? 1 : place - best.place || compareBuilds(name?.build, best.build);
    if (ahead > 0) best = { wheel, place, build: name?.build };
  }
  return best?.wheel;
}

/** The place of a wheel's best tag among those of a target; undefined where it does not fit. */
export function placeOf({ pythons, abis, platforms }: WheelName, tags: WheelTags): number | undefined {
  const places = pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.flatMap((platform) => tags.get(`${python}-${abi}-${platform}`) ?? [])),
  );
  return places.length === 0 ? undefined : Math.max(...places);
}

/**
 * Orders build tags by the number that they begin with and then by the rest, a wheel without one before all others
 * (PyPA binary distribution format).
 */
function compareBuilds(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  const [one, other] = [left, right].map((build) => /^(\d+)(.*)$/.exec(build) ?? ["", "0", build]);
  const [number, otherNumber] = [BigInt(one?.[1] ?? 0), BigInt(other?.[1] ?? 0)];
  if (number !== otherNumber) return number > otherNumber ? 1 : -1;
  const [rest = "", otherRest = ""] = [one?.[2], other?.[2]];
  return Number(rest > otherRest) - Number(rest < otherRest);
}
