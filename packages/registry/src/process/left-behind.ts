import { lstat } from "node:fs/promises";
import { isRunning } from "./process-mark.ts";

/**
 * Whether the process that a mark names ended without removing a file or folder that carries it. Where that process
 * cannot be checked from here, anything not changed for `abandonedMs` milliseconds counts as left behind.
 */
export async function isLeftBehind(path: string, mark: string, abandonedMs: number): Promise<boolean> {
  const running = isRunning(mark);
  if (running !== undefined) return !running;
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > abandonedMs;
}
