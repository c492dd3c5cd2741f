import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { ProcessEnvironment } from "@imagespec/registry/terms";

/**
 * Where imagespec keeps what it can make again: $IMAGESPEC_CACHE_DIR, else $XDG_CACHE_HOME/imagespec, else
 * ~/.cache/imagespec.
 */
export function cacheFolder(env: ProcessEnvironment): string {
  if (env.IMAGESPEC_CACHE_DIR) return resolve(env.IMAGESPEC_CACHE_DIR);
  // The XDG base directory specification says to ignore a relative path there.
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "imagespec");
  return join(env.HOME || homedir(), ".cache", "imagespec");
}
