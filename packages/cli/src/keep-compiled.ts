import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheFolder, makeFolder } from "@imagespec/core/internal";

/**
 * Has Node keep what it compiles in the user's own cache, so that the next start need not compile it again.
 *
 * Under CI the first command only makes the folder: writing what a build compiles takes three times as long as another
 * build saves by it, and many such machines are thrown away after one build. Where the folder cannot be written, Node
 * goes on without it. Node's own default, the shared temporary folder, could belong to anyone.
 */
export async function keepCompiled(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.NODE_COMPILE_CACHE !== undefined) return void enableCompileCache(env.NODE_COMPILE_CACHE);
  const folder = join(cacheFolder(env), "compiled");
  try {
    // Nobody else may read what is kept, or put code there that is run later.
    if ((await makeFolder(folder, 0o700)) !== undefined && env.CI) return;
  } catch {
    return;
  }
  enableCompileCache(folder);
}
