import { type ErrorCode, type ImageSpecError, isImageSpecError } from "@imagespec/core";
import { faultPath, redact, thrownText } from "@imagespec/core/internal";
import { EXIT } from "../exit-codes.ts";

/** Codes of mistakes in the command line or the spec, as opposed to work that failed. */
const INPUT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_SPEC",
  "E_INPUT_FILE",
  "E_REFERENCE",
  "E_CYCLE",
  "E_OPTIONS",
]);

const REPORT = "Report it: this is a fault of imagespec itself.";

/** The exit code an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  if (!isImageSpecError(error)) return EXIT.failed;
  if (error.code === "E_ABORTED") return EXIT.interrupted;
  if (INPUT_CODES.has(error.code)) return EXIT.usage;
  return isWorthTryingAgain(error) ? EXIT.tryAgain : EXIT.failed;
}

/** Whether the same call may succeed later: the registry was out of reach or busy. */
function isWorthTryingAgain(error: unknown): boolean {
  if (!isImageSpecError(error)) return false;
  if (error.code === "E_REGISTRY_UNREACHABLE") return true;
  // The cause says why these two failed.
  if (error.code === "E_PUSH" || error.code === "E_PRESENCE_UNKNOWN") return isWorthTryingAgain(error.cause);
  const status = isImageSpecError(error, "E_REGISTRY") ? (error.details.status ?? 0) : 0;
  return status === 429 || status >= 500;
}

/**
 * An error for people: code, message, and what to do; of several faults each with its own hint below it. A fault of
 * imagespec itself shows its stack.
 */
export function errorText(error: unknown): string {
  if (!isImageSpecError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : thrownText(error);
    return `error: E_INTERNAL: a fault of imagespec itself; please report it\n${redact(stack)}\n`;
  }
  const { faults = [] } = error;
  if (faults.length > 1) return faultsText(error, faults);
  return `error: ${error.code}: ${error.message}\n${hintLine(error.hint)}`;
}

function faultsText({ code, message }: ImageSpecError, faults: NonNullable<ImageSpecError["faults"]>): string {
  const lines = faults.map(({ path, message, hint }) => {
    const subject = path.length === 0 ? "" : `${faultPath(path)}: `;
    return `- ${subject}${message}\n${hintLine(hint, "  ")}`;
  });
  // Below its first line, the message repeats the faults.
  return `error: ${code}: ${message.split("\n")[0]}\n${lines.join("")}`;
}

function hintLine(hint: string | undefined, indent = ""): string {
  return hint === undefined || hint === "" ? "" : `${indent}hint: ${hint.replaceAll("\n", `\n${indent}      `)}\n`;
}

/** An error as the last line of `--json`. */
export function errorEvent(error: unknown): Record<string, unknown> {
  if (!isImageSpecError(error)) {
    const message = redact(thrownText(error));
    return { type: "error", code: "E_INTERNAL", message, hint: REPORT, details: {} };
  }
  const { code, message, hint = "", details, faults } = error;
  return { type: "error", code, message, hint, details: faults === undefined ? details : { ...details, faults } };
}
