import { ImageSpecError } from "@imagespec/core/builder";

export interface WheelName {
  distribution: string;
  version: string;
  build: string | undefined;
  pythons: string[];
  abis: string[];
  platforms: string[];
}

/**
 * Reads a wheel's file name (PyPA binary distribution format).
 *
 * @throws ImageSpecError E_RESOLVE for one that is not of that form.
 */
export function parseWheelName(filename: string): WheelName {
  const parts = filename.replace(/\.whl$/, "").split("-");
  if (!filename.endsWith(".whl") || parts.length < 5 || parts.length > 6)
    throw new ImageSpecError("E_RESOLVE", `${filename} is not the file name of a wheel`);
  const [distribution, version] = parts as [string, string];
  const [pythons, abis, platforms] = parts.slice(-3).map((tag) => tag.split(".")) as [string[], string[], string[]];
  return { distribution, version, build: parts.length === 6 ? parts[2] : undefined, pythons, abis, platforms };
}

/** The C library that a platform tag asks for, at least in that version, and the machine (PyPA platform compatibility tags). */
export interface LibcLevel {
  family: "glibc" | "musl";
  major: number;
  minor: number;
  machine: string;
}

const LEGACY = new Map([
  ["1", 5],
  ["2010", 12],
  ["2014", 17],
]);

/** What `manylinux_2_17_x86_64` or `manylinux2014_x86_64` asks for; undefined for tags of another kind. */
export function libcLevel(platform: string): LibcLevel | undefined {
  const [, kind, major, minor, machine = ""] = /^(many|musl)linux_(\d+)_(\d+)_(.+)$/.exec(platform) ?? [];
  if (kind !== undefined)
    return { family: kind === "musl" ? "musl" : "glibc", major: Number(major), minor: Number(minor), machine };
  const [, year = "", olderMachine = ""] = /^manylinux(\d+)_(.+)$/.exec(platform) ?? [];
  const level = LEGACY.get(year);
  return level === undefined ? undefined : { family: "glibc", major: 2, minor: level, machine: olderMachine };
}
