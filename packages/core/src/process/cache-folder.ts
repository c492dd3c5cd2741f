import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where imagespec keeps what it can make again: $IMAGESPEC_CACHE_DIR, else $XDG_CACHE_HOME/imagespec, else ~/.cache/imagespec. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.IMAGESPEC_CACHE_DIR) return resolve(env.IMAGESPEC_CACHE_DIR);
  // The XDG base directory specification says to ignore a relative path there.
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "imagespec");
  return join(env.HOME || homedir(), ".cache", "imagespec");
}
