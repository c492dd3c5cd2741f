import type { ImageSink } from "./store.ts";

/** Runs `write`, which writes an image; when it fails, the sink removes what was written and is not referenced. */
export async function orDiscard<T>(sink: ImageSink, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    // The failure to clean up would hide the failure itself.
    await sink.discard?.().catch(() => undefined);
    throw error;
  }
}
