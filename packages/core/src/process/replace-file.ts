import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { draftPath, makeFolder, sweepDrafts } from "@imagespec/registry";

/**
 * Replaces a file's content atomically, in a folder that is created if needed; both are their owner's alone. Removes
 * what killed processes left there. Content in pieces is written one by one.
 *
 * @throws what the file system says.
 */
export async function replaceFile(path: string, content: string | Iterable<Uint8Array>): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder, 0o700);
  await sweepDrafts(folder);
  const draft = draftPath(path);
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
