import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFileText } from "../spec-text.ts";

/** The text of a file in a folder; undefined where there is none, or what is there cannot be read as text. */
export async function optionalText(folder: string, name: string): Promise<string | undefined> {
  const file = join(folder, name);
  if (!existsSync(file)) return undefined;
  return readFileText(file, new AbortController().signal).catch(() => undefined);
}
