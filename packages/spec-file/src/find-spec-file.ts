import { lstatSync, type Stats, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { inputFault } from "./input-fault.ts";

const SPEC_EXTENSIONS = [".ts", ".mjs", ".js", ".json", ".yaml", ".yml"];

/**
 * The absolute path of the spec file: the one named, else `imagespec.*` of the folder.
 *
 * @throws ImageSpecError E_INPUT_FILE when there is none, or its kind is unknown.
 */
export function findSpecFile(named: string | undefined, folder: string): string {
  const kinds = SPEC_EXTENSIONS.join(", ");
  if (named === undefined) {
    const found = SPEC_EXTENSIONS.map((ext) => join(folder, `imagespec${ext}`)).find(
      (file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined,
    );
    if (found !== undefined) return regular(found, statsOf(found), kinds);
    const message = `No imagespec.{${kinds.replaceAll(/[. ]/g, "")}} is in ${folder}`;
    throw inputFault(message, "Name a spec file: imagespec COMMAND FILE.");
  }
  const file = resolve(folder, named);
  const stats = statsOf(file);
  if (!SPEC_EXTENSIONS.includes(extname(file)) && stats.isFile()) {
    throw inputFault(
      `${file} does not end in one of ${kinds}`,
      "Rename it, or pass JSON or YAML on standard input as `-`.",
    );
  }
  return regular(file, stats, kinds);
}

function statsOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    throw inputFault(
      isMissing ? `${file} does not exist` : `${file} cannot be read: ${message}`,
      "Check the path.",
      error,
    );
  }
}

/** Only regular files are taken: a pipe can be read only once, and a device may never end. */
function regular(file: string, stats: Stats, kinds: string): string {
  if (stats.isFile()) return file;
  const hint = stats.isDirectory()
    ? `Name the file in it, one of ${kinds}.`
    : "Name a regular file, or pass the spec on standard input as `-`.";
  throw inputFault(`${file} is not a file`, hint);
}
