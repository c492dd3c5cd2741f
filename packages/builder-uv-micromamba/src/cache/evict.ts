import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CacheFolder } from "./cache-folder.ts";

/** What was used this recently, in milliseconds, stays: another build may be about to read it. */
const IN_USE = 60 * 60 * 1000;

/**
 * Removes what was not used for longest until the cache holds at most `maxBytes`. Two processes may do it at once. A
 * build that meets a missing file makes it again, so removing is always safe. Returns the bytes freed.
 */
export async function evict(folder: CacheFolder, maxBytes: number, inUse = IN_USE): Promise<number> {
  const files: { path: string; size: number; used: number }[] = [];
  for (const top of ["blobs", "records"]) {
    const root = folder.path(top);
    const names = await readdir(root, { recursive: true }).catch(() => []);
    for (const name of names) {
      const found = await stat(join(root, name)).catch(() => undefined);
      if (found?.isFile()) files.push({ path: join(root, name), size: found.size, used: found.mtimeMs });
    }
  }
  let total = files.reduce((sum, file) => sum + file.size, 0);
  let freed = 0;
  const limit = Date.now() - inUse;
  for (const file of files.sort((a, b) => a.used - b.used)) {
    if (total <= maxBytes || file.used > limit) break;
    await rm(file.path, { force: true });
    total -= file.size;
    freed += file.size;
  }
  return freed;
}
