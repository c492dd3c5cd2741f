import { ImageSpecError } from "@imagespec/core/builder";
import { type LayerReading, readLayer as readAnyLayer } from "@imagespec/inspect/layer";
import type { Header } from "tar-stream";

export { LAYER_CAPS, type LayerCaps, relativePath } from "@imagespec/inspect/layer";

/** Reads a layer of a base as a stream. What cannot be read here is E_UNSUPPORTED: another builder may be able to. */
export function readLayer(blob: AsyncIterable<Uint8Array>, reading: Omit<LayerReading, "refuse">): Promise<void> {
  return readAnyLayer(blob, { ...reading, refuse: (why, cause) => unreadable(reading.subject, why, cause) });
}

/** The refusal of what is in a layer. */
export function unreadable(subject: string, why: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_UNSUPPORTED", `${subject} cannot be read without a container engine: ${why}`, {
    hint: "Build with docker-buildx or kaniko: --builder docker-buildx.",
    cause,
  });
}

/**
 * Whether an entry is a file, as engines see it: what should lie in one piece is a file like others (POSIX.1-1988
 * ustar).
 */
export function isFile({ type }: Header): boolean {
  return type === "file" || type === "contiguous-file";
}
