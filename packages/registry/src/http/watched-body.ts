/** The receiver took no byte for that long. */
export class StalledError extends Error {
  readonly code = "IMAGESPEC_STALLED";

  constructor(idleMs: number) {
    super(`the other side read nothing for ${idleMs} ms`);
    this.name = "StalledError";
  }
}

/**
 * Passes an upload's bytes on and aborts `controller` when the receiver does not take a piece for `idleMs`. Time the
 * source takes to make the next piece does not count: compressing may be slow.
 */
export async function* watchedBody(
  body: AsyncIterable<Uint8Array>,
  idleMs: number,
  controller: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const chunk of body) {
      timer = setTimeout(() => controller.abort(new StalledError(idleMs)), idleMs);
      yield chunk;
      clearTimeout(timer);
    }
  } finally {
    clearTimeout(timer);
  }
}
