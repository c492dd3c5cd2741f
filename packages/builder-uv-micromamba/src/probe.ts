import { isImageSpecError, type Probe } from "@imagespec/core/builder";
import { findUv, type UvProgram } from "./session/find-uv.ts";

/** Milliseconds the host's uv may take to say its version. */
const PROBE_TIME_MS = 5000;

/**
 * Whether this builder works here, and the host's uv if there is one that is the same as that of `image`. Without an image
 * no uv is needed. Never throws.
 */
export async function probe(
  option: string | undefined,
  image: string | undefined,
): Promise<{ answer: Probe; uv?: UvProgram | undefined }> {
  if (process.platform === "win32")
    return {
      answer: {
        usable: false,
        reason: "it runs on Linux and macOS",
        hint: "Run it there, for example in WSL, or use docker-buildx.",
      },
    };
  try {
    const uv = image === undefined ? undefined : await findUv(option, image, AbortSignal.timeout(PROBE_TIME_MS));
    const detail = uv === undefined ? "uv comes out of its image" : `uv ${uv.version} (${uv.path})`;
    return { answer: { usable: true, detail }, uv };
  } catch (error) {
    const hint = isImageSpecError(error) ? error.hint : undefined;
    return {
      answer: { usable: false, reason: (error as Error).message, hint: hint ?? "Check that the uv on PATH runs." },
    };
  }
}
