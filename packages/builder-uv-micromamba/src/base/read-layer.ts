import { ImageSpecError } from "@imagespec/core/builder";
import { type LayerReading, readLayer as readAnyLayer } from "@imagespec/inspect/layer";

export { LAYER_CAPS, type LayerCaps, relativePath } from "@imagespec/inspect/layer";

/** Reads a layer of a base as a stream. What cannot be read here is E_UNSUPPORTED: another builder may be able to. */
export function readLayer(blob: AsyncIterable<Uint8Array>, reading: Omit<LayerReading, "refuse">): Promise<void> {
  const refuse = (why: string, cause?: unknown) =>
    new ImageSpecError("E_UNSUPPORTED", `${reading.subject} cannot be read without a container engine: ${why}`, {
      hint: "Build with docker-buildx or kaniko: --builder docker-buildx.",
      cause,
    });
  return readAnyLayer(blob, { ...reading, refuse });
}
