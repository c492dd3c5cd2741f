import { ensureRegistry } from "../registry.ts";
import type { CatalogEntry } from "./catalog.ts";
import { trixieImage } from "./debian.ts";
import { ensureImage } from "./ensure-images.ts";

/** The Debian release after the catalog's, which one suite builds on. */
const TRIXIE: CatalogEntry = { repository: "library/debian", tag: "trixie-slim", make: trixieImage };

/**
 * Makes sure that the registry has `debian:trixie-slim`. Takes a minute the first time: call it at the top of a test
 * file, where no time-out counts.
 * @returns its reference
 */
export async function ensureTrixie(): Promise<string> {
  return ensureImage({ address: await ensureRegistry() }, TRIXIE);
}
