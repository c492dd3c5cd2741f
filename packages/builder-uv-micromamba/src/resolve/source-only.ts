import { ImageSpecError } from "@imagespec/core/builder";

/** The refusal of a distribution that would have to be built. */
export function sourceOnly(subject: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError(
    "E_UNSUPPORTED",
    `${subject} has no wheel for this platform, and uv-micromamba builds none unless its option sourceDistributions is "build"`,
    {
      hint: 'Build with docker-buildx or kaniko, set builderOptions.sourceDistributions to "build", or choose a version that has a wheel.',
      cause,
    },
  );
}
