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

/** PEP 503: the name by which distributions are compared. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
