import { MACHINES, type PythonTarget } from "./python-target.ts";

/** The tags of wheels that fit a target, as `PYTHON-ABI-PLATFORM`, each with its rank: the best has the highest. */
export type WheelTags = ReadonlyMap<string, number>;

/** The oldest glibc (2.x) that platform tags can ask for, by machine, and the older names of three tags (PEP 600). */
const LEAST_GLIBC: Readonly<Record<string, number>> = { x86_64: 5, aarch64: 17 };
const LEGACY: Readonly<Record<number, string>> = { 5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014" };

/**
 * The tags that CPython on Linux takes (PyPA platform compatibility tags), ranked as uv prefers them. pip's order
 * differs: for uv any wheel for a platform comes before one for every platform, even one of the interpreter's own
 * version.
 */
export function wheelTags(target: PythonTarget): WheelTags {
  const minor = Number(target.minor.split(".")[1]);
  const own = `cp3${minor}`;
  const platforms = platformTags(target);
  const tags: string[] = [];
  const add = (python: string, abi: string, on = platforms) =>
    tags.push(...on.map((platform) => `${python}-${abi}-${platform}`));
  add(own, own);
  for (let older = minor; older >= 2; older--) {
    add(`cp3${older}`, "abi3");
    if (older === minor) add(own, "none");
  }
  const pure = (on: readonly string[]) => {
    for (let older = minor; older >= 0; older--) {
      add(`py3${older}`, "none", on);
      if (older === minor) add("py3", "none", on);
    }
  };
  pure(platforms);
  add(own, "none", ["any"]);
  pure(["any"]);
  return new Map(tags.map((tag, at) => [tag, tags.length - at]));
}

function platformTags({ architecture, libc }: PythonTarget): readonly string[] {
  const machine = MACHINES[architecture] ?? architecture;
  const tags: string[] = [];
  const least = libc.family === "musl" ? 0 : (LEAST_GLIBC[machine] ?? Number.POSITIVE_INFINITY);
  for (let minor = libc.minor; minor >= least; minor--) {
    tags.push(`${libc.family === "musl" ? "musl" : "many"}linux_${libc.major}_${minor}_${machine}`);
    const legacy = libc.family === "glibc" ? LEGACY[minor] : undefined;
    if (legacy !== undefined) tags.push(`${legacy}_${machine}`);
  }
  return [...tags, `linux_${machine}`];
}
