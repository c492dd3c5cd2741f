import { closeSync, constants, openSync, readFileSync } from "node:fs";

/**
 * Flags to read a file that this program wrote: where somebody has put a pipe or a link in its place, reading it neither
 * waits for ever, which no signal ends, nor goes on without end.
 */
export const OWN_FILE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The text of a file that this program wrote. At once, for small ones; throws what the system says. */
export function readOwnFile(path: string): string {
  const file = openSync(path, OWN_FILE);
  try {
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}
