import { libcLevel, type WheelName } from "../wheel/wheel-name.ts";
import { MACHINES, type PythonTarget } from "./python-target.ts";

/** Whether a wheel can be installed for the target (PyPA platform compatibility tags, CPython on Linux). */
export function wheelFits(name: WheelName, target: PythonTarget): boolean {
  const minor = Number(target.minor.split(".")[1]);
  const own = `cp3${minor}`;
  const python = name.pythons.some((tag) => {
    const match = /^(cp|py)3(\d*)$/.exec(tag);
    if (match === null) return false;
    if (match[2] === "") return true;
    // cp3N without an ABI of its own means that version alone, with abi3 that one and later.
    if (match[1] === "cp" && tag !== own) return name.abis.includes("abi3") && Number(match[2]) <= minor;
    return Number(match[2]) <= minor;
  });
  const abi = name.abis.some((tag) => tag === "none" || tag === own || tag === "abi3");
  return python && abi && name.platforms.some((platform) => platformFits(platform, target));
}

function platformFits(platform: string, { architecture, libc }: PythonTarget): boolean {
  if (platform === "any") return true;
  const machine = MACHINES[architecture] ?? architecture;
  if (platform === `linux_${machine}`) return true;
  const level = libcLevel(platform);
  if (level?.machine !== machine) return false;
  return level.family === libc.family && level.major === libc.major && level.minor <= libc.minor;
}
