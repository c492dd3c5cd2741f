import { closeSync, openSync, readFileSync } from "node:fs";
import { READ_FLAGS_WITHOUT_LINKS } from "./open-flags.ts";

/**
 * The text of a file that this program wrote: where somebody has put a pipe or a link in its place, reading it neither
 * waits for ever nor goes on without end. At once, for small ones; throws what the system says.
 */
export function readOwnFile(path: string): string {
  const file = openSync(path, READ_FLAGS_WITHOUT_LINKS);
  try {
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}
