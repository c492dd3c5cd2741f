/** Raised with a changeset when the rendered image should differ for the same spec. */
export const RECIPE = 1;
/** Where uv is taken from; a change of it is a change of the recipe. */
export const DEFAULT_UV_IMAGE = "ghcr.io/astral-sh/uv:0.13.9";
/** Where micromamba is taken from; a change of it is a change of the recipe. */
export const DEFAULT_MICROMAMBA_IMAGE = "mambaorg/micromamba:2.3.0";
