/** The other side took too long. */
export class LateError extends Error {
  readonly code = "ETIMEDOUT";

  constructor(message: string) {
    super(message);
    this.name = "LateError";
  }
}
