import { parseWheelName, type WheelName } from "./wheel-name.ts";

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

const LEGACY: Record<string, number> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

function platformRank(platform: string): number {
  if (platform === "any") return -1;
  const versioned = /^(?:many|musl)linux_(\d+)_(\d+)_/.exec(platform);
  if (versioned) return Number(versioned[1]) * 1000 + Number(versioned[2]);
  const legacy = LEGACY[/^manylinux\d+/.exec(platform)?.[0] ?? ""];
  return legacy === undefined ? 0 : 2000 + legacy;
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}
