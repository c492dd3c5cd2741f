import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing, each with this mode less the umask, and returns the uppermost
 * that it made. Node's own `recursive` tries forever where a file system answers ENOENT below a folder that is there,
 * as /proc and automounted home folders do.
 *
 * @throws what the file system says.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<string | undefined> {
  try {
    await mkdir(folder, mode);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(folder);
    if (code !== "ENOENT" || above === folder) {
      // Some file systems refuse before they look whether it is there.
      if ((await stat(folder).catch(() => undefined))?.isDirectory()) return undefined;
      throw error;
    }
    const made = await makeFolder(above, mode);
    try {
      await mkdir(folder, mode);
    } catch (again) {
      // Another process was quicker.
      if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw again;
    }
    return made ?? folder;
  }
}
