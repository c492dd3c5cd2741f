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
}

/** A distribution without a wheel that fits, as what one is built from. */
export interface ResolvedSource {
  name: string;
  version: string | undefined;
  archive?: { filename: string; url: string; hashes: string[]; size: number | undefined } | undefined;
  git?: { url: string; commit: string; subdirectory?: string | undefined; revision?: string | undefined } | undefined;
}
