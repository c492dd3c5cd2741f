import { openShippedFile, type ShippedFile } from "@imagespec/core/builder";

/** A requirement file of the spec. */
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
  const found: RequirementText[] = [];
  for (const file of files) {
    if (!file.path.startsWith("requirements/") || file.type !== "file") continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of openShippedFile(file)) chunks.push(chunk);
    found.push({ path: file.path, text: Buffer.concat(chunks).toString("utf8") });
  }
  return found;
}
