import type { ResolvedSource } from "../source-build/source-kinds.ts";

/** One distribution of a resolution, as the wheel that is to be installed. */
export interface ResolvedWheel {
  name: string;
  version: string;
  filename: string;
  /** `https:`, `http:` or `file:`. Never with user info. */
  url: string;
  /** All that index, lock file and address state, as `algorithm:hex`. */
  hashes: string[];
  /** Hashes that the requirements admit, where none of `hashes` is among them: the file must have one. */
  oneOf?: string[] | undefined;
  /** In bytes; undefined when the index does not tell. */
  size: number | undefined;
  /** Where it was asked for by address: the text of its direct_url.json. */
  directUrl?: string | undefined;
}

/** What a resolution names for one target: wheels, and what has none and would have to be built. */
export interface ResolvedDistributions {
  wheels: ResolvedWheel[];
  sources: ResolvedSource[];
}
