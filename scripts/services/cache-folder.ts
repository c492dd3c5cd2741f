import { homedir } from "node:os";
import { join } from "node:path";

/** Folder outside any clone that keeps tools, layers, registry storage and the records of what runs. */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "imagespec-dev", ...parts);
}
