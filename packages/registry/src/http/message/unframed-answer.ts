/** The answer cannot be read here: its body has no stated length, or it is not HTTP/1.1. */
export class UnframedAnswer extends Error {
  /** As parsers of HTTP name their errors. */
  readonly code = "HPE_UNFRAMED";
}
