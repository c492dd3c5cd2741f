import { digestOf } from "../digest/digest.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ManifestBytes, OpenBlob } from "./store.ts";

/** The bytes of a manifest or index that is written here; the same for the same JSON. */
export function manifestBytes(json: { mediaType: string; [field: string]: unknown }): ManifestBytes {
  const bytes = Buffer.from(JSON.stringify(json));
  return { mediaType: json.mediaType, digest: digestOf(bytes), bytes };
}

/** What points to a manifest or index. */
export function descriptorOf({ mediaType, digest, bytes }: ManifestBytes): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

/** Opens a blob whose bytes are in memory. */
export function openBytes(bytes: Uint8Array): OpenBlob {
  return async function* () {
    yield bytes;
  };
}
