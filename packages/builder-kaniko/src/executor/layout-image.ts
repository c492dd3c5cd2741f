import { isSha256Digest } from "@imagespec/registry";

/**
 * The digest of the image that an executor wrote into an OCI layout, from the text of its index.json. Undefined when
 * there is none: an executor may end well and leave an empty index, or half of one.
 */
export function layoutImage(index: string): string | undefined {
  try {
    const { manifests } = JSON.parse(index) as { manifests?: { digest?: unknown }[] };
    const digest = manifests?.at(-1)?.digest;
    return typeof digest === "string" && isSha256Digest(digest) ? digest : undefined;
  } catch {
    return undefined;
  }
}
