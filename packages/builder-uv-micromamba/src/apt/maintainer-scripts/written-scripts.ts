import { BOOKWORM_SCRIPTS } from "./bookworm-scripts.ts";
import { TRIXIE_SCRIPTS } from "./trixie-scripts.ts";
import type { WrittenScript } from "./written-script.ts";

/**
 * What hand-written scripts do when their package is installed for the first time, by sha256. Somebody has read each of
 * them. A script that is not among them, or has changed since, hands its package on to another builder. One without
 * effects only acts on earlier versions of its package.
 */
export const WRITTEN_SCRIPTS: ReadonlyMap<string, WrittenScript> = new Map(
  [...BOOKWORM_SCRIPTS, ...TRIXIE_SCRIPTS].map((script) => [script.sha256, script]),
);
