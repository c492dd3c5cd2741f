import type { Readable } from "node:stream";
import { ImageSpecError, isImageSpecError } from "@imagespec/registry";
import type { Engine } from "./connect-engine.ts";

/**
 * Loads a docker archive into the engine.
 *
 * @throws ImageSpecError E_PUSH when the engine does not take it, E_ABORTED.
 */
export async function loadImage(engine: Engine, archive: Readable): Promise<void> {
  try {
    await engine.images.loadImage(archive);
  } catch (error) {
    if (!isImageSpecError(error, "E_DAEMON")) throw error;
    throw new ImageSpecError("E_PUSH", error.message, {
      cause: error,
      hint: "Check the engine's log and its free disk space.",
    });
  }
}
