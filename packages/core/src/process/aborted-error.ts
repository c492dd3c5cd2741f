import { ImageSpecError } from "@imagespec/registry/terms";

/** The E_ABORTED of work that was cancelled. `subject` begins the message: `The build of x:1`. */
export function abortedError(subject: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_ABORTED", `${subject} was cancelled`, { cause });
}
