import type { ErrorCode } from "./codes.ts";
import { redact, redactData } from "./redact.ts";

const BRAND: unique symbol = Symbol.for("imagespec.error");

/** One thing that is wrong with a spec. */
export interface SpecFault {
  /** Where, as keys and indexes from the top of the spec: `["packages", 0]`. */
  path: (string | number)[];
  /** Which rule, for machines: `too_small`, `userinfo`, ... */
  code: string;
  message: string;
  /** What to write instead. */
  hint?: string;
}

export interface ImageSpecErrorOptions {
  /** What to type or change next. */
  hint?: string;
  cause?: unknown;
  /** Data for machines; never a secret. */
  details?: Record<string, unknown>;
  /** With E_SPEC: all faults of the spec. */
  faults?: SpecFault[];
}

/**
 * The one error class of imagespec. The message says what failed and names the subject; the hint says what to do.
 * Known by a symbol, not by `instanceof`: two copies of a package in one process are normal.
 * Credentials inside URLs are replaced by `***` in message, hint, details and faults at construction.
 */
export class ImageSpecError extends Error {
  readonly [BRAND] = true;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;
  readonly faults: SpecFault[] | undefined;

  constructor(code: ErrorCode, message: string, options: ImageSpecErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ImageSpecError";
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redact(options.hint);
    this.details = redactData(options.details ?? {});
    this.faults = redactData(options.faults);
  }
}

/** True for an ImageSpecError of any copy of this package; with `code`, only for that code. */
export function isImageSpecError(value: unknown, code?: ErrorCode): value is ImageSpecError {
  if (typeof value !== "object" || value === null || !(BRAND in value)) return false;
  return code === undefined || (value as ImageSpecError).code === code;
}
