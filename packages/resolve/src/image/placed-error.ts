import { type ErrorCode, ImageSpecError, isImageSpecError } from "@imagespec/registry";

/** The same failure with the place in a manifest before it: code, cure, details and faults stay. */
export function placedError(place: string, error: unknown): unknown {
  if (!isImageSpecError(error) || error.code === "E_ABORTED") return error;
  const { code, message, hint, details, faults } = error;
  return new ImageSpecError<ErrorCode>(code, `${place}: ${message}`, { hint, cause: error, details, faults });
}

/** One error for several, each with its place and its cure; a single one is itself. */
export function joinedError(errors: readonly unknown[]): unknown {
  const [first] = errors;
  const ours = errors.filter((error) => isImageSpecError(error));
  if (errors.length === 1 || ours.length < errors.length) return first;
  const message = `${ours.length} images of the manifests cannot be read`;
  const lines = ours.map((error) => `  - ${error.message}`);
  const hint = [...new Set(ours.flatMap((error) => error.hint ?? []))].join("\n");
  return new ImageSpecError("E_INPUT_FILE", [message, ...lines].join("\n"), { hint, cause: first });
}
