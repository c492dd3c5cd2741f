/** Raised with a changeset when the rendered image should differ for the same spec. */
export const RECIPE = 1;
/** The image uv is taken from; changing it changes the recipe. */
export const DEFAULT_UV_IMAGE = "ghcr.io/astral-sh/uv:0.13.9";
/** The image micromamba is taken from; changing it changes the recipe. */
export const DEFAULT_MICROMAMBA_IMAGE = "mambaorg/micromamba:2.3.0";
