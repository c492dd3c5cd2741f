import { ImageSpecError } from "@imagespec/core/builder";

/** What cannot be installed without running something: the next builder is asked. */
export function handedOn(message: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_UNSUPPORTED", message, {
    hint: "Build with docker-buildx or kaniko, which run apt in a container.",
    cause,
  });
}
