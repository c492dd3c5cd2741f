import type { Problem } from "@imagespec/registry";

/** Something about an installed builder that keeps it from being used; fatal only when that builder is asked for. */
export interface Diagnostic extends Pick<Problem, "message" | "hint"> {
  /** The package or file it is about. */
  subject: string;
  /** The manifest, config or entry that is wrong, as an absolute path. */
  path: string;
  /** The builder's type, where it is known. */
  type?: string | undefined;
}
