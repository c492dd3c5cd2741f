/** The connection ended before its answer did. */
export class BrokenError extends Error {
  /** As sockets name it. */
  readonly code = "ECONNRESET";
}
