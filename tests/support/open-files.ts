import { existsSync, readdirSync, readlinkSync } from "node:fs";

const DESCRIPTORS = "/proc/self/fd";

/** Whether the system tells which files this process has open. */
export const TELLS_OPEN_FILES = existsSync(DESCRIPTORS);

/** Paths of the files in a folder that this process has open; none where the system does not tell. */
export function openFiles(folder: string): string[] {
  if (!TELLS_OPEN_FILES) return [];
  const paths = readdirSync(DESCRIPTORS).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${DESCRIPTORS}/${descriptor}`)];
    } catch {
      // The one that listed the folder is closed by now.
      return [];
    }
  });
  return paths.filter((path) => path.startsWith(`${folder}/`));
}
