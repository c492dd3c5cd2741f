import { isConda } from "./declaring-file.ts";
import { isGiven } from "./is-given.ts";
import type { Spec } from "./spec.ts";

/** The Python of images whose spec names none and whose base is ours. */
export const DEFAULT_PYTHON = "3.12";

/** The Python environment a spec's image has of its own or from its base specs. */
export interface SpecEnvironment {
  manager: "venv" | "conda";
  /** Unset when it is the python3 of a base image, whichever that is. */
  pythonVersion: string | undefined;
}

/**
 * The environment of a spec's image as far as the spec says. Undefined: nothing in it makes one, so the image has at
 * most what its base image brings. Pure.
 */
export function environmentOf(spec: Spec): SpecEnvironment | undefined {
  const { baseImage } = spec;
  const inherited = baseImage !== undefined && typeof baseImage !== "string" ? environmentOf(baseImage) : undefined;
  if (inherited) return inherited;
  if (!makesEnvironment(spec)) return undefined;
  const manager = isConda(spec) ? "conda" : "venv";
  const fallback = baseImage === undefined || manager === "conda" ? DEFAULT_PYTHON : undefined;
  return { manager, pythonVersion: spec.pythonVersion ?? fallback };
}

/** Whether a spec asks for a Python environment: for packages, an interpreter, or a Python its base may lack. */
export function makesEnvironment(spec: Spec): boolean {
  const asked = [spec.packages, spec.requirements, spec.condaPackages, spec.condaChannels, spec.pythonExec, spec.cuda];
  return asked.some(isGiven) || (spec.pythonVersion !== undefined && spec.baseImage !== undefined);
}
