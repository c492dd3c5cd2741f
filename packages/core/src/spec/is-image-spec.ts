import type { ImageSpec } from "./image-spec.ts";

/** What a spec carries and is known by, across copies of this package. */
export const SPEC_BRAND: unique symbol = Symbol.for("imagespec.spec");

/** True for an ImageSpec of any copy of this package. */
export function isImageSpec(value: unknown): value is ImageSpec {
  return typeof value === "object" && value !== null && SPEC_BRAND in value;
}
