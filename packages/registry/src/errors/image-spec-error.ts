import type { ErrorCode } from "./codes.ts";
import type { ErrorDetails } from "./error-details.ts";
import type { SpecFault } from "./problem.ts";
import { redact, redactData } from "./redact.ts";

const BRAND: unique symbol = Symbol.for("imagespec.error");

/** What an ImageSpecError carries besides code and message. */
export interface ImageSpecErrorOptions<Code extends ErrorCode = ErrorCode> {
  /** What to type or change next: one imperative sentence. */
  hint?: string | undefined;
  cause?: unknown;
  /** Data for machines, as ErrorDetails has it for the code; never a secret. */
  details?: ErrorDetails[Code] | undefined;
  /** With E_SPEC: all faults of the spec. */
  faults?: SpecFault[] | undefined;
}

/**
 * The one error class of imagespec. The message says what failed and names the subject; the hint says what to do. Known
 * by a symbol, not by `instanceof`: two copies of a package in one process are normal. Credentials are replaced by
 * `***` in message, hint, details and faults at construction (`redact`).
 */
export class ImageSpecError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly [BRAND] = true;
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: ErrorDetails[Code];
  readonly faults: SpecFault[] | undefined;

  constructor(code: Code, message: string, options: ImageSpecErrorOptions<Code> = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ImageSpecError";
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redact(options.hint);
    this.details = redactData(options.details ?? ({} as ErrorDetails[Code]));
    this.faults = redactData(options.faults);
  }
}

/** True for an ImageSpecError of any copy of this package; with `code`, only for that code. */
export function isImageSpecError<Code extends ErrorCode = ErrorCode>(
  value: unknown,
  code?: Code,
): value is ImageSpecError<Code> {
  if (typeof value !== "object" || value === null || !(BRAND in value)) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}
