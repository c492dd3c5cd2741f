import type { FlatParameters } from "./parameters.ts";

/** What a spec carries and is known by, across copies of this package. */
export const SPEC_BRAND: unique symbol = Symbol.for("imagespec.spec");

/** The checked parameters of one image, as frozen data. The class {@link ImageSpec} implements it. */
export interface Spec extends Readonly<Omit<FlatParameters, "name" | "baseImage">> {
  readonly name: string;
  /** A reference, `oci:PATH`, or another spec, which is built first. */
  readonly baseImage?: string | Spec | undefined;
  /** An id that takes the place of the one that is computed from the parameters. */
  readonly givenId?: string | undefined;
  /** Absolute paths of the files the spec was read from, which are not content of its image. */
  readonly specFiles?: readonly string[] | undefined;
  /** Absolute folder that relative paths start from. */
  readonly root: string;
  /** Whether forcePush() asked to build and push even what exists. */
  readonly isForced: boolean;
  readonly [SPEC_BRAND]: true;
}

/** Whether a value is the spec of any copy of this package. */
export function isSpec(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && SPEC_BRAND in value;
}
