import { BOOKWORM_SCRIPTS } from "./bookworm-scripts.ts";
import { TRIXIE_SCRIPTS } from "./trixie-scripts.ts";
import type { WrittenScript } from "./written-script.ts";

/**
 * What scripts written by hand do when their package is installed for the first time. Each has been read; a script that
 * is not among them, or was changed since, hands its package on. One without effects acts on earlier versions alone.
 */
export const WRITTEN_SCRIPTS: ReadonlyMap<string, WrittenScript> = new Map(
  [...BOOKWORM_SCRIPTS, ...TRIXIE_SCRIPTS].map((script) => [script.sha256, script]),
);
