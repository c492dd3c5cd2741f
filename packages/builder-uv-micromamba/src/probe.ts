import { isImageSpecError, type Probe } from "@imagespec/core/builder";
import { CacheFolder } from "./cache/cache-folder.ts";
import { RecordStore } from "./cache/record-store.ts";
import { findUv } from "./session/find-uv.ts";

/** Milliseconds the host's uv may take to say its version. */
const PROBE_TIME_MS = 5000;

/**
 * Whether this builder works here, by the uv that it takes for `image`; without an image no uv is needed. Never throws.
 */
export async function probe(option: string | undefined, image: string | undefined): Promise<Probe> {
  if (process.platform === "win32")
    return {
      usable: false,
      reason: "it runs on Linux and macOS",
      hint: "Run it there, for example in WSL, or use docker-buildx.",
    };
  if (image === undefined) return { usable: true };
  try {
    const uv = await findUv(option, image, looking());
    return { usable: true, detail: uv === undefined ? `uv from ${image}` : `uv ${uv.version} (${uv.path})` };
  } catch (error) {
    const hint = isImageSpecError(error) ? error.hint : undefined;
    return { usable: false, reason: (error as Error).message, hint: hint ?? "Check that the uv on PATH runs." };
  }
}

/**
 * A probe reads what builds have learned of programs, and adds nothing to it. Reading counts as use: it touches the
 * record, and removes one that is broken.
 */
function looking() {
  const records = new RecordStore(new CacheFolder());
  const get: RecordStore["get"] = (kind, key) => records.get(kind, key);
  return { records: { get, set: async () => {} }, signal: AbortSignal.timeout(PROBE_TIME_MS) };
}
