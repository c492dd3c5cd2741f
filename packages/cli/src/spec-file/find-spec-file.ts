import { existsSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core";

export const SPEC_EXTENSIONS = [".ts", ".mjs", ".js", ".json", ".yaml", ".yml"];

/**
 * The absolute path of the spec file: the one named, else `imagespec.*` of the folder.
 *
 * @throws ImageSpecError E_INPUT_FILE when there is none, or it is of no known kind.
 */
export function findSpecFile(named: string | undefined, folder: string): string {
  const kinds = SPEC_EXTENSIONS.join(", ");
  if (named === undefined) {
    const found = SPEC_EXTENSIONS.map((ext) => join(folder, `imagespec${ext}`)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    throw new ImageSpecError("E_INPUT_FILE", `There is no imagespec.{${kinds.replaceAll(/[. ]/g, "")}} in ${folder}.`, {
      hint: "Name a spec file: imagespec COMMAND FILE",
    });
  }
  const file = resolve(folder, named);
  if (!existsSync(file)) {
    throw new ImageSpecError("E_INPUT_FILE", `There is no spec file ${file}.`, { hint: "Check the path." });
  }
  if (!statSync(file).isFile()) {
    throw new ImageSpecError("E_INPUT_FILE", `${file} is not a file.`, {
      hint: `Name the file in it, one of ${kinds}.`,
    });
  }
  if (!SPEC_EXTENSIONS.includes(extname(file))) {
    throw new ImageSpecError("E_INPUT_FILE", `${file} is no spec file by its ending.`, {
      hint: `It must be one of ${kinds}.`,
    });
  }
  return file;
}
