import { type Stats, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readOwnFile } from "@imagespec/registry/terms";
import type { CacheFolder } from "./cache-folder.ts";

/** Files used within this time, in milliseconds, are kept: another build may be about to read them. */
const IN_USE_MS = 60 * 60 * 1000;
/**
 * Milliseconds in which a cache is not looked through again. What came into it since the last look is still in use, so
 * a new look could only remove what went out of use meanwhile.
 */
const LOOKED_MS = 10 * 60 * 1000;

/**
 * Removes the least recently used files until the cache holds at most `maxBytes`, unless that was done minutes ago.
 * Several processes may do so at once. A build makes a missing file again, so removing one is always safe. Returns the
 * bytes freed.
 */
export async function evict(folder: CacheFolder, maxBytes: number): Promise<number> {
  const looked = folder.path("looked-through");
  if (isRecent(looked, maxBytes)) return 0;
  const files: { path: string; size: number; used: number }[] = [];
  for (const top of ["blobs", "records"]) {
    const root = folder.path(top);
    const names = await readdir(root, { recursive: true }).catch(() => []);
    for (const name of names) {
      const path = join(root, name);
      const found = statOf(path);
      if (found?.isFile()) files.push({ path, size: found.size, used: found.mtimeMs });
    }
  }
  let total = files.reduce((sum, file) => sum + file.size, 0);
  let freed = 0;
  const limit = Date.now() - IN_USE_MS;
  for (const file of files.sort((a, b) => a.used - b.used)) {
    if (total <= maxBytes || file.used > limit) break;
    await rm(file.path, { force: true });
    total -= file.size;
    freed += file.size;
  }
  // Without it the next build looks again.
  await folder.replace(looked, String(maxBytes)).catch(() => {});
  return freed;
}

/** Whether the cache was looked through within {@link LOOKED_MS}, to the same limit. */
function isRecent(looked: string, maxBytes: number): boolean {
  const age = Date.now() - (statOf(looked)?.mtimeMs ?? 0);
  if (age < 0 || age >= LOOKED_MS) return false;
  try {
    return readOwnFile(looked) === String(maxBytes);
  } catch {
    // Where it cannot be read when the last look was, it counts as long ago.
    return false;
  }
}

/** Synchronous, since a promise for each of thousands of files takes twice as long. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // Another process may have removed it.
    return undefined;
  }
}
