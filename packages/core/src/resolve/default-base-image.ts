import { isConda } from "../spec/declaring-file.ts";
import { DEFAULT_PYTHON } from "../spec/environment-of.ts";
import { nvidiaImage } from "../spec/nvidia.ts";
import type { Spec } from "../spec/spec.ts";

/** The base of a spec that names none: NVIDIA's with cuda, Debian with conda, else Python's own. Pure. */
export function defaultBaseImage(spec: Spec): string {
  const { cuda, cudnn, pythonVersion = DEFAULT_PYTHON } = spec;
  if (cuda !== undefined) return nvidiaImage(cuda, cudnn);
  return isConda(spec) ? "debian:bookworm-slim" : `python:${pythonVersion}-slim-bookworm`;
}
