/** The result of building one spec. */
export type BuildOutcome = ImageOutcome | SkippedOutcome;

/** An image that exists now. */
export interface ImageOutcome {
  /** `built` now, `reused` because it exists, or `adopted`: somebody else's image, taken as it is. */
  status: "built" | "reused" | "adopted";
  /** `registry/name:tag`, `name:tag`, or what the builder returned. */
  reference: string;
  /** Of the manifest or index, as the registry knows it. */
  digest?: string | undefined;
  tag: string;
  id: string;
  /** Type of the builder that made it. */
  builder?: string | undefined;
  platforms: string[];
  /** Why this happened: what presence said, and which builders were passed over. */
  reasons: string[];
}

/** Inside the image's own container: nothing was read, nothing is built. */
export interface SkippedOutcome {
  status: "skipped";
  id: string;
  reference?: undefined;
  digest?: undefined;
  tag?: undefined;
  builder?: undefined;
  platforms?: undefined;
  reasons?: undefined;
}

/**
 * What FROM and deployments take: `registry/name:tag@sha256:...`, `name:tag` where there is no digest; "" for skipped.
 */
export function pinnedReference(outcome: BuildOutcome): string {
  if (outcome.reference === undefined) return "";
  const { reference, digest } = outcome;
  return digest === undefined || reference.includes("@") ? reference : `${reference}@${digest}`;
}
