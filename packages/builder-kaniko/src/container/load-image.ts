import type { Readable } from "node:stream";
import { ImageSpecError } from "@imagespec/registry";
import type { Engine } from "./connect-engine.ts";
import { finishEngineStream } from "./finish-engine-stream.ts";

/** Loads a docker archive into the engine. */
export async function loadImage(engine: Engine, archive: Readable, signal: AbortSignal): Promise<void> {
  try {
    const answer = await engine.docker.loadImage(archive, { abortSignal: signal });
    await finishEngineStream(answer as unknown as Readable);
  } catch (cause) {
    if (signal.aborted) throw new ImageSpecError("E_ABORTED", "Loading the image was cancelled.", { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageSpecError("E_PUSH", `The engine at ${engine.address} does not take the image: ${reason}`, {
      cause,
      hint: "Check the engine's log and its free disk space.",
    });
  }
}
