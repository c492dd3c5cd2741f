import { lstatSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheFolder, makeFolder } from "@imagespec/core/internal";

/**
 * Has Node keep what it compiles in the user's own cache, so that the next start need not compile it again.
 *
 * Under CI the first command only makes the folder: writing what a build compiles takes three times as long as another
 * build saves by it, and many such machines are thrown away after one build. Where the folder cannot be written, or
 * others can write to it, Node goes on without it. Node's own default, the shared temporary folder, could belong to
 * anyone.
 */
export async function keepCompiled(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.NODE_COMPILE_CACHE !== undefined) return void enableCompileCache(env.NODE_COMPILE_CACHE);
  const folder = join(cacheFolder(env), "compiled");
  try {
    // Nobody else may read what is kept, or put code there that is run later.
    if ((await makeFolder(folder, 0o700)) !== undefined && env.CI) return;
    if (!isOwn(folder)) return;
  } catch {
    return;
  }
  enableCompileCache(folder);
}

/** Whether a path is a folder, and no link to one, in which this user alone can put files. */
function isOwn(path: string): boolean {
  const stats = lstatSync(path);
  const user = process.getuid?.();
  // Where there are no such users, folders of a profile are closed to others.
  return stats.isDirectory() && (user === undefined || (stats.uid === user && (stats.mode & 0o022) === 0));
}
