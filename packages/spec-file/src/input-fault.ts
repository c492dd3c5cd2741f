import { ImageSpecError } from "@imagespec/core";

/** The E_INPUT_FILE of a spec file. */
export function inputFault(message: string, hint: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_INPUT_FILE", message, { hint, cause });
}
