import { ImageSpecError } from "@imagespec/core/builder";

export interface WheelName {
  distribution: string;
  version: string;
  build: string | undefined;
  pythons: string[];
  abis: string[];
  platforms: string[];
}

/** What a build may be: a number, and perhaps more. */
const BUILD = /^\d[A-Za-z0-9_.]*$/;

/** Reads a wheel's file name (PyPA binary distribution format); undefined for one that is not of that form. */
export function readWheelName(filename: string): WheelName | undefined {
  const parts = filename.replace(/\.whl$/, "").split("-");
  if (!filename.endsWith(".whl") || parts.length < 5 || parts.length > 6) return undefined;
  const [distribution, version] = parts as [string, string];
  const build = parts.length === 6 ? parts[2] : undefined;
  if (build !== undefined && !BUILD.test(build)) return undefined;
  const [pythons, abis, platforms] = parts.slice(-3).map((tag) => tag.split(".")) as [string[], string[], string[]];
  return { distribution, version, build, pythons, abis, platforms };
}

/**
 * Reads a wheel's file name.
 *
 * @throws ImageSpecError E_RESOLVE for one that is not of that form.
 */
export function parseWheelName(filename: string): WheelName {
  const name = readWheelName(filename);
  if (name === undefined) throw new ImageSpecError("E_RESOLVE", `${filename} is not the file name of a wheel`);
  return name;
}
