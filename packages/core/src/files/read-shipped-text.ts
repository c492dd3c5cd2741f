import { ImageSpecError } from "@imagespec/registry/terms";
import { openShippedFile } from "./open-shipped-file.ts";
import type { ShippedFile } from "./shipped-file.ts";

/** The text of a file of the context, checked by its hash. @throws ImageSpecError E_FILE_CHANGED. */
export async function readShippedText(files: readonly ShippedFile[], path: string): Promise<string> {
  const file = files.find((shipped) => shipped.path === path);
  if (file?.type !== "file") throw new ImageSpecError("E_INTERNAL", `The plan names ${path}, which is not shipped`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of openShippedFile(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
