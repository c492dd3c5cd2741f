import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isOwn, projectRoots, realFolder } from "./project-roots.ts";

const ENDINGS = ["ts", "mjs", "js", "json", "yaml"];

/**
 * The config file for work that starts in this folder: `imagespec.config.*` of the folder itself, of its project or of
 * its workspace root; undefined where none has one.
 */
export async function findConfig(start: string): Promise<string | undefined> {
  const folder = await realFolder(start);
  return configAmong([...new Set([folder, ...(await projectRoots(folder))])]);
}

/**
 * The config file of the first of these folders that has one of its own; it may be code, so somebody else's does not
 * count.
 */
export function configAmong(folders: readonly string[]): string | undefined {
  return folders
    .flatMap((folder) => ENDINGS.map((ending) => join(folder, `imagespec.config.${ending}`)))
    .find((file) => existsSync(file) && isOwn(file, dirname(file)));
}
