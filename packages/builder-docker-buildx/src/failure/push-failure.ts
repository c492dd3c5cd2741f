import { type ErrorCode, ImageSpecError } from "@imagespec/core/builder";

const AUTH = /unauthorized|authentication required|no basic auth credentials|insufficient_scope|denied|\b40[13]\b/i;
const UNREACHABLE =
  /connection refused|no such host|i\/o timeout|TLS handshake timeout|network is unreachable|certificate signed by unknown authority|HTTP response to HTTPS client|connection reset/;

/** The error for an image that was built and not pushed. */
export function pushFailure(reference: string, lines: readonly string[], cause?: unknown): ImageSpecError {
  const end = lines.slice(-8).join("\n");
  const code: ErrorCode = AUTH.test(end)
    ? "E_REGISTRY_AUTH"
    : UNREACHABLE.test(end)
      ? "E_REGISTRY_UNREACHABLE"
      : "E_PUSH";
  const hint = {
    E_REGISTRY_AUTH: "Log in with `docker login REGISTRY`, or name a docker config.json in registryConfig.",
    E_REGISTRY_UNREACHABLE: "Check the name of the registry, and that the docker engine can reach it.",
    E_PUSH: "Build again: what was built is kept by the engine.",
  }[code as "E_PUSH"];
  const last = lines.length === 0 ? "" : `\n  last lines:\n${lines.map((line) => `    ${line}`).join("\n")}`;
  return new ImageSpecError(code, `${reference} was built and could not be pushed.${last}`, {
    hint,
    details: { reference, tail: [...lines] },
    ...(cause === undefined ? {} : { cause }),
  });
}
