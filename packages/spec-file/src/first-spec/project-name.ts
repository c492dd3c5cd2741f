import { basename, resolve } from "node:path";
import { optionalText } from "./optional-text.ts";
import { tomlTable } from "./toml-table.ts";

/** A name for the image: the project's in pyproject.toml, else the folder's, in the letters an image name may have. */
export async function projectName(folder: string): Promise<string> {
  const manifest = tomlTable(await optionalText(folder, "pyproject.toml"));
  const { name } = manifest.project ?? manifest.tool?.poetry ?? {};
  const wanted = typeof name === "string" ? name : basename(resolve(folder));
  const legal = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return legal === "" ? "image" : legal;
}
