import { stat } from "node:fs/promises";

/**
 * Whether a path names a pipe that nobody may have opened at its other end: opening it waits for that, past all
 * signals. Those of a shell's `<(command)` and `>(command)`, below /dev or /proc, have another end.
 */
export async function isNamedPipe(path: string): Promise<boolean> {
  if (/^\/(?:dev|proc)\//.test(path)) return false;
  return (await stat(path).catch(() => undefined))?.isFIFO() ?? false;
}
