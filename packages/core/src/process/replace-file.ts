import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { draftPath, makeFolder, sweepDrafts } from "@imagespec/registry";

/**
 * Replaces a file's content atomically, in a folder that is created if needed. Removes what killed processes left
 * there. Content in pieces is written one by one. `mode` is the file's, `folderMode` that of a new folder.
 *
 * @throws what the file system says.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  mode = 0o644,
  folderMode = 0o777,
): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder, folderMode);
  await sweepDrafts(folder);
  const draft = draftPath(path);
  try {
    await writeFile(draft, content, { mode });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
