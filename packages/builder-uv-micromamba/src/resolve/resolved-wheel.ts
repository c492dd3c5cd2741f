import type { ResolvedSource, StatedFile } from "../source-build/source-kinds.ts";

/** One distribution of a resolution, as the wheel that is to be installed. */
export interface ResolvedWheel extends StatedFile {
  name: string;
  version: string;
  /** Where it was asked for by address: the text of its direct_url.json. */
  directUrl?: string | undefined;
}

/** The result of a resolution for one target: wheels, and the sources of what has no wheel. */
export interface ResolvedDistributions {
  wheels: ResolvedWheel[];
  sources: ResolvedSource[];
}
