import { ImageSpecError, isImageSpecError } from "@imagespec/registry";

/** The error for an engine that cannot be reached, or not any more; `place` says where it was looked for. */
export function silentEngine(place: string, cause: unknown): ImageSpecError {
  return new ImageSpecError("E_DAEMON", `The container engine at ${place} does not answer: ${reasonOf(cause)}`, {
    cause,
    hint: "Start docker, or set DOCKER_HOST to where it listens.",
  });
}

/**
 * The error, E_DAEMON, for a call of dockerode's that failed: the engine at `host` does not answer, or refuses. One
 * that was made already stays as it is.
 */
export function engineError(host: string, cause: unknown): ImageSpecError {
  if (isImageSpecError(cause)) return cause;
  const { statusCode, message = String(cause) } = cause as { statusCode?: number; message?: string };
  if (statusCode === undefined) return silentEngine(host, cause);
  return new ImageSpecError("E_DAEMON", `The container engine at ${host} refused to go on: ${message.trim()}`, {
    cause,
    hint: "Look at the engine's log, and at who removes containers; then build again.",
  });
}

/** Node gathers the failures of a name with several addresses in one error without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join(", ");
  const message = error instanceof Error ? error.message : String(error);
  return message === "aborted" ? "it closed the connection" : message;
}
