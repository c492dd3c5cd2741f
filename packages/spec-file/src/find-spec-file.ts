import { existsSync, statSync } from "node:fs";
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
    const found = SPEC_EXTENSIONS.map((ext) => join(folder, `imagespec${ext}`)).find((file) => existsSync(file));
    if (found !== undefined) return regular(found, kinds);
    const message = `No imagespec.{${kinds.replaceAll(/[. ]/g, "")}} is in ${folder}`;
    throw inputFault(message, "Name a spec file: imagespec COMMAND FILE.");
  }
  const file = resolve(folder, named);
  if (!existsSync(file)) throw inputFault(`${file} does not exist`, "Check the path.");
  if (!SPEC_EXTENSIONS.includes(extname(file)) && statSync(file).isFile()) {
    throw inputFault(
      `${file} does not end in one of ${kinds}`,
      "Rename it, or pass JSON or YAML on standard input as `-`.",
    );
  }
  return regular(file, kinds);
}

/** Only regular files are taken: a pipe can be read only once, and a device may never end. */
function regular(file: string, kinds: string): string {
  const stat = statSync(file);
  if (stat.isFile()) return file;
  const hint = stat.isDirectory()
    ? `Name the file in it, one of ${kinds}.`
    : "Name a regular file, or pass the spec on standard input as `-`.";
  throw inputFault(`${file} is not a file`, hint);
}
