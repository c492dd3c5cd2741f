import { ImageSpecError } from "@imagespec/core/builder";

/** The refusal of what cannot be installed without running something in the image: the build is handed on. */
export function handedOn(message: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_UNSUPPORTED", message, {
    hint: "Build with docker-buildx or kaniko, which run apt in a container.",
    cause,
  });
}
