/** Raised with a changeset when the rendered image should differ for the same spec. */
export const RECIPE = 1;
/** Where uv is taken from; a change of it is a change of the recipe. */
export const DEFAULT_UV_IMAGE = "ghcr.io/astral-sh/uv:0.13.9";
/** Where micromamba is taken from; a change of it is a change of the recipe. */
export const DEFAULT_MICROMAMBA_IMAGE = "mambaorg/micromamba:2.3.0";

/** The base of a spec that names none. */
export function defaultBaseImage(options: {
  pythonVersion: string;
  conda: boolean;
  cuda?: string;
  cudnn?: string;
}): string {
  const { pythonVersion, conda, cuda, cudnn } = options;
  if (cuda !== undefined) return `nvidia/cuda:${cuda}-${cudnn === undefined ? "" : "cudnn-"}runtime-ubuntu22.04`;
  return conda ? "debian:bookworm-slim" : `python:${pythonVersion}-slim-bookworm`;
}
