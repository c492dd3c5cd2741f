import { ImageSpecError, isImageSpecError } from "@imagespec/registry";

/** The error for an engine that cannot be reached any more or refuses; one that was made already stays as it is. */
export function engineError(host: string, cause: unknown): ImageSpecError {
  if (isImageSpecError(cause)) return cause;
  const { statusCode, message = String(cause) } = cause as { statusCode?: number; message?: string };
  if (statusCode === undefined) {
    const reason = message === "aborted" ? "it closed the connection" : message;
    return new ImageSpecError("E_DAEMON", `The container engine at ${host} does not answer: ${reason}`, {
      cause,
      hint: "Start docker, or set DOCKER_HOST to an engine that runs.",
    });
  }
  return new ImageSpecError("E_DAEMON", `The container engine at ${host} refused to go on: ${message.trim()}`, {
    cause,
    hint: "Look at the engine's log, and at who removes containers; then build again.",
  });
}
