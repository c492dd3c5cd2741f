import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { withLock } from "./lock.ts";

/**
 * The folder `path` below the cache, filled by `make` the first time. It is filled under another name and then renamed,
 * so that a folder that exists is complete even after a kill.
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
