import { createReadStream } from "node:fs";
import { ContainerEngine } from "@imagespec/container-engine";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";

/** Gives an archive to the container engine docker's own command would talk to. Throws E_DAEMON naming where it listens. */
export async function loadIntoEngine(archive: string, reference: string, signal: AbortSignal): Promise<void> {
  try {
    const engine = await ContainerEngine.connect({ signal });
    await engine.loadImage(createReadStream(archive, { highWaterMark: 1024 * 1024 }));
  } catch (cause) {
    if (!isImageSpecError(cause, "E_DAEMON")) throw cause;
    throw new ImageSpecError("E_DAEMON", `The image ${reference} was not loaded: ${cause.message}`, {
      hint: "Start the engine or set DOCKER_HOST; without one, use --output oci:DIR or --output docker-archive:FILE.",
      cause,
    });
  }
}
