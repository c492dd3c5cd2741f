import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withLock } from "./lock.ts";

/** Folder outside any clone that keeps tools, layers, registry storage and the records of what runs. */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "imagespec-dev", ...parts);
}

/**
 * The folder `path` below the cache, filled by `make` the first time. Filled under another name and then renamed, so
 * that what exists is complete even after a kill.
 */
export async function cached(path: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = cacheFolder(path);
  if (existsSync(folder)) return folder;
  return withLock(`cache-${path.replaceAll("/", "-")}`, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await make(partial);
    await mkdir(dirname(folder), { recursive: true });
    await rename(partial, folder);
    return folder;
  });
}
