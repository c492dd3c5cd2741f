import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheFolder, makeFolder } from "@imagespec/core/internal";

/**
 * Has Node keep what it compiles in the user's own cache, so that the next start need not compile it again. Under CI
 * the first command only makes the folder: keeping what a build compiles takes three times what another build saves by
 * it, and many such machines are thrown away after one. Where the folder cannot be written Node goes on without; the
 * shared temporary folder, Node's own choice, could be anyone's.
 */
export async function keepCompiled(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.NODE_COMPILE_CACHE !== undefined) return void enableCompileCache(env.NODE_COMPILE_CACHE);
  const folder = join(cacheFolder(env), "compiled");
  try {
    // Nobody else may read what is kept, nor put there what is then run.
    if ((await makeFolder(folder, 0o700)) !== undefined && env.CI) return;
  } catch {
    return;
  }
  enableCompileCache(folder);
}
