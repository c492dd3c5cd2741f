import { ensureRegistry } from "../registry.ts";
import type { CatalogEntry } from "./catalog.ts";
import { trixieImage } from "./debian.ts";
import { ensureImage } from "./ensure-images.ts";

/** Debian's release after that of the catalog's images, which one suite builds on. */
const TRIXIE: CatalogEntry = { repository: "library/debian", tag: "trixie-slim", make: trixieImage };

/**
 * Sees to it that the registry has `debian:trixie-slim`. Takes a minute the first time: call it at the top of a test file,
 * where no time-out counts.
 * @returns its reference
 */
export async function ensureTrixie(): Promise<string> {
  return ensureImage({ address: await ensureRegistry() }, TRIXIE);
}
