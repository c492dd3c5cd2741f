import { type BuildRequest, type BuildResult, ImageSpecError } from "@imagespec/core/builder";

/**
 * Adopts the spec's base image, which nobody asks a registry or an engine about.
 *
 * @throws ImageSpecError E_UNSUPPORTED when the image is wanted in an output.
 */
export function adoptBase({ spec, target }: BuildRequest): BuildResult {
  if (target.output !== undefined || typeof spec.baseImage !== "string") {
    throw new ImageSpecError("E_UNSUPPORTED", 'Builder "noop" writes no image, so it has no output', {
      hint: "Leave output out, or name another builder.",
    });
  }
  return { reference: spec.baseImage, adopted: true };
}
