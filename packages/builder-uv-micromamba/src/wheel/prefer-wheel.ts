import { libcLevel, parseWheelName, type WheelName } from "./wheel-name.ts";

/**
 * The wheel an installer would take among ones that all fit the target: the most specific interpreter, then ABI, then
 * platform, then build number (PyPA platform compatibility tags). uv has left out those that don't fit.
 */
export function preferWheel<T extends { filename: string }>(wheels: readonly T[], pythonMinor: string): T | undefined {
  const digits = pythonMinor.replace(".", "");
  const ranked = wheels.map((wheel) => ({ wheel, rank: rank(parseWheelName(wheel.filename), digits) }));
  ranked.sort((a, b) => compare(b.rank, a.rank) || (a.wheel.filename < b.wheel.filename ? -1 : 1));
  return ranked[0]?.wheel;
}

function rank(name: WheelName, digits: string): number[] {
  return [
    interpreterRank(name, digits),
    Math.max(...name.pythons.map((tag) => Number(/^(?:cp|py)3(\d+)$/.exec(tag)?.[1] ?? -1))),
    Math.max(...name.platforms.map(platformRank)),
    Number(/^\d+/.exec(name.build ?? "")?.[0] ?? -1),
  ];
}

function interpreterRank({ abis, pythons }: WheelName, digits: string): number {
  if (abis.includes(`cp${digits}`)) return 3;
  if (abis.includes("abi3")) return 2;
  return pythons.includes(`cp${digits}`) ? 1 : 0;
}

function platformRank(platform: string): number {
  if (platform === "any") return -1;
  const level = libcLevel(platform);
  return level === undefined ? 0 : level.major * 1000 + level.minor;
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}
