import { readShippedText } from "./read-shipped-text.ts";
import type { ShippedFile } from "./shipped-file.ts";

/** Where the files lie in the context that name packages. */
export const REQUIREMENTS = "requirements/";

/** A file that names packages. */
export interface RequirementText {
  /** In the context. */
  path: string;
  text: string;
}

/**
 * The requirement files that are shipped, checked by their hash.
 *
 * @throws ImageSpecError E_FILE_CHANGED.
 */
export async function requirementTexts(files: readonly ShippedFile[]): Promise<RequirementText[]> {
  const shipped = files.filter(({ type, path }) => type === "file" && path.startsWith(REQUIREMENTS));
  return Promise.all(shipped.map(async ({ path }) => ({ path, text: await readShippedText(files, path) })));
}
