/** One distribution of a resolution, as the wheel that is to be installed. */
export interface ResolvedWheel {
  name: string;
  version: string;
  filename: string;
  /** `https:`, `http:` or `file:`. Never with user info. */
  url: string;
  /** Hex; undefined when the index does not tell. */
  sha256: string | undefined;
  size: number | undefined;
}
