import type { BuildPlan } from "@imagespec/core/builder";
import { throughMirror } from "@imagespec/registry";
import { type Instruction, instruction } from "../instruction/instruction.ts";

/** The stage that uv is taken from. */
export const UV_STAGE = "imagespec-uv";
/** The stage that micromamba and its certificates are taken from. */
export const CONDA_STAGE = "imagespec-micromamba";

/**
 * The stages that a plan's tools are taken from: none, uv, or uv and micromamba. `mirrors` as in the render options.
 */
export function toolStages({ steps }: BuildPlan, mirrors: Readonly<Record<string, string>> = {}): Instruction[] {
  const { environment, commands } = steps;
  const uvImage = environment?.uvImage ?? commands?.uvImage;
  const condaImage = environment?.manager === "conda" ? environment.micromambaImage : undefined;
  return [
    ...(uvImage === undefined ? [] : [`FROM ${throughMirror(uvImage, mirrors)} AS ${UV_STAGE}`]),
    ...(condaImage === undefined ? [] : [`FROM ${throughMirror(condaImage, mirrors)} AS ${CONDA_STAGE}`]),
  ].map((text) => instruction("base", text));
}
