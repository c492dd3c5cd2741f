import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onProcessExit } from "./on-process-exit.ts";

/**
 * Does work with a temporary folder of its own, mode 0700, which is gone afterwards: when the work is done, fails, or
 * the process ends at once. `name` stands in the folder's name: `docker`.
 */
export async function withScratchFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `imagespec-${name}-`));
  const keep = onProcessExit(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    keep();
  }
}
