import { type ErrorCode, isImageSpecError } from "@imagespec/core";
import { EXIT } from "../command/command-context.ts";

/** Faults of what was typed or written, as against what went wrong while working on it. */
const INPUT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_SPEC",
  "E_INPUT_FILE",
  "E_REFERENCE",
  "E_CYCLE",
  "E_OPTIONS",
]);

/** The exit code an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  if (!isImageSpecError(error)) return EXIT.failed;
  if (error.code === "E_ABORTED") return EXIT.interrupted;
  return INPUT_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
}

/** An error for people: code, message, and what to do. A fault of imagespec itself shows its stack. */
export function errorText(error: unknown): string {
  if (!isImageSpecError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `error: E_INTERNAL: a fault of imagespec itself; please report it\n${stack}\n`;
  }
  const hint =
    error.hint === undefined || error.hint === "" ? "" : `hint: ${error.hint.replaceAll("\n", "\n      ")}\n`;
  return `error: ${error.code}: ${error.message}\n${hint}`;
}

/** An error as the last line of `--json`. */
export function errorEvent(error: unknown): Record<string, unknown> {
  if (!isImageSpecError(error)) {
    return { type: "error", code: "E_INTERNAL", message: String((error as Error)?.message ?? error), details: {} };
  }
  const { code, message, hint, details, faults } = error;
  return { type: "error", code, message, hint, details: faults === undefined ? details : { ...details, faults } };
}
